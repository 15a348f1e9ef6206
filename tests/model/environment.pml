/* One Lambda environment: it leases packs and hands them out, one request at a time, from a control item that it has
 * seen some time ago; killed at any step. process.leases.Leases, claim.packs.claim, stores.claims.Claims.put, process.cache.Cache.
 */
#ifdef NO_LEASE_ROUND     /* stores.stock.Stock.lease */
#define lease_condition(s, k, r) (shard[s].remaining >= k)
#else
#define lease_condition(s, k, r) (shard[s].remaining >= k && shard[s].sealed == r)
#endif
#ifdef NO_RETURN_ROUND    /* stores.stock.Stock.give_back */
#define return_condition(s, r) true
#else
#define return_condition(s, r) (shard[s].sealed == r)
#endif
#ifdef NO_LEASE_AGE       /* process.leases.Lease.is_live: by both clocks, so that SLOW bounds what either may miss */
#define is_live(e) true
#else
#define is_live(e) (age[e] < DEAD)
#endif
#ifdef NO_UNIQUE_TOKEN    /* process.leases.Token.name: lease-uuid:ordinal */
#define token_name(e, lease, ordinal) (1 + ordinal)
#define sister_token 1
#else
#define token_name(e, lease, ordinal) (1 + ordinal + LARGEST_LEASE * (lease + (REQUESTS + 1) * e))
#define sister_token 255
#endif
#ifdef NO_TOKEN_ID        /* stores.claims.Claims.put: refused by my own token means that it was me who wrote */
#define is_mine(token_) false
#else
#define is_mine(token_) (standing_token == token_)
#endif

inline select_person(p) {
  p = 0;
  do :: p < known && p < PEOPLE - 1 -> p++ :: break od;
  known = (p == known -> known + 1 : known)
}

inline select_flying(i) {
  if
  :: flying[0].token != 0 -> i = 0
  :: flying[1].token != 0 -> i = 1
#if ENVIRONMENTS == 2
  :: flying[2].token != 0 -> i = 2
  :: flying[3].token != 0 -> i = 3
#endif
  fi
}

inline select_late(i) {
  if
  :: late[0].packs != 0 -> i = 0
  :: late[1].packs != 0 -> i = 1
#if ENVIRONMENTS == 2
  :: late[2].packs != 0 -> i = 2
  :: late[3].packs != 0 -> i = 3
#endif
  fi
}

#ifdef NO_AGE_EACH_ATTEMPT  /* stores.claims.Claims.put: still_leased() before every attempt, not before the first alone */
#define may_send(e) (is_live(e) || attempt > 0)
#else
#define may_send(e) is_live(e)
#endif
#define sent flying[2 * e + attempt]

inline forget_lease() { packs = 0; lease_shard = 0; lease_round = 0; age[e] = DEAD }

/* process.cache.Cache: the last control item that was seen, of any age. It may refuse; what admits is the lease's condition. */
#define admits_now (is_open && !drained && !sold_out && !paused)
inline see_control() { seen_round = round; seen_quantity = quantity; admits = admits_now }

proctype Environment(byte e) {
  byte seen_round, seen_quantity; bool admits;
  byte lease_no, lease_shard, lease_round, packs;           /* packs: bit n is the token with ordinal n */
  byte person, token, ordinal, attempt, s, k;
  byte standing_batch, standing_token;
  bool unknown, moved, filled;
idle:
  person = 0; token = 0; ordinal = 0; attempt = 0; s = 0; k = 0; unknown = false; moved = false; filled = false;
end:
  do
  :: atomic { seen_round != round || seen_quantity != quantity || admits != admits_now -> see_control() }
  :: atomic { packs != 0 -> forget_lease() }        /* killed, and a fresh one in its place */
  :: atomic {             /* claim.packs.claim: refused by time or from the cache costs nothing and changes nothing. */
       (admits || packs != 0) && !closed && asked < REQUESTS ->  /* packs at hand go out in a drained batch too */
       asked++; at_work++;
       select_person(person);
       if
       :: packs != 0 && is_live(e) -> goto take
       :: else -> forget_lease(); goto lease
       fi
     }
  od;

lease:                    /* process.leases.Leases.take. One attempt only: a lost answer strands k packs. */
  atomic {
    if :: !admits -> goto done :: admits fi;
    if :: s = 0 :: s = 1 fi;
    if :: k = 1 :: LARGEST_LEASE > 1 -> k = 2 fi;
    if
    :: lease_condition(s, k, seen_round) ->
       shard[s].remaining = shard[s].remaining - k;
       packs = (1 << k) - 1; lease_no++; lease_shard = s; lease_round = seen_round;
       age[e] = 0;        /* its age counts from before this request */
       goto take
    :: !lease_condition(s, k, seen_round) -> s = 0; k = 0; goto look_around
    :: LOST_UPDATES && late[2 * e].packs == 0 ->                       /* sent, and no answer; the request ends as Busy */
       late[2 * e].packs = k; late[2 * e].at = s; late[2 * e].round = seen_round;
       goto done
    fi
  }

look_around:              /* process.leases.Leases._another_shard: all shards, each strongly, not at one moment */
  do
  :: atomic {
       s < SHARDS ->
       moved = moved || shard[s].sealed != seen_round;
       filled = filled || shard[s].remaining > 0;
       s++
     }
  :: s == SHARDS -> break
  od;
  atomic {                /* stores.stock.Stock.mark_drained: only if all were read at zero, and of this round and quantity */
    if
    :: !moved && !filled && is_open && round == seen_round && quantity == seen_quantity -> drained = true
#ifdef NO_COUNT_BEFORE_SOLD_OUT  /* sold_out is for a reclaim to say, which has counted */
       sold_out = true; audit()
#endif
    :: else
    fi;
    s = 0; moved = false; filled = false
  }
  atomic { see_control(); goto lease }

take:                     /* process.leases.Token: taken out of memory before it is sent */
  atomic {
#ifdef NO_AGE_FROM_BEFORE /* process.leases.Leases.take: the clocks are read before the request, not when its answer is here */
    age[e] = 0;
#endif
    ordinal = (packs & 1 -> 0 : 1);
    token = token_name(e, lease_no, ordinal);
    packs = packs & ~(1 << ordinal)
  }

put:                      /* stores.claims.Claims.put: each attempt looks at the lease's age, and carries the same token */
  atomic {
    sent.token == 0 ->    /* an older put may still be on its way */
    if
    :: may_send(e) -> sent.token = token; sent.person = person; sent.ttl = TIMEOUT
    :: else -> goto done
    fi
  }
  if
  :: atomic {
       sent.token == token ->
       put_item(person, OURS, token);
       forget_put(2 * e + attempt);
       if
       :: standing_batch == NOBODY || is_mine(token) ->
          MUST(SUCCESS_LIE, item[PLACE(person, OURS)].batch == OURS);
          goto done
       :: else -> goto put_back                          /* a repeat, or the sister's AlreadyClaimedGroup */
       fi
     }
  :: atomic {             /* NotApplied: throttled, or in conflict with a transaction */
       sent.token == token ->
       forget_put(2 * e + attempt);
       if
#ifdef NO_EARLIER_UNKNOWN /* an earlier attempt may have been applied, though this one was not */
       :: true -> goto put_back
#endif
       :: !unknown -> goto put_back
       :: unknown -> goto done
       fi
     }
  :: atomic {             /* NoAnswer: it arrived and nobody heard, or it is on its way, or it is lost */
       unknown = true; attempt++;
       if
       :: attempt < ATTEMPTS -> goto put
       :: attempt == ATTEMPTS ->                         /* burn: nobody may use this token again */
#ifdef NO_HONEST_UNKNOWN
          MUST(SUCCESS_LIE, item[PLACE(person, OURS)].batch == OURS);
#endif
#ifdef NO_BURN
          goto put_back;
#endif
          goto done
       fi
     }
  :: atomic {             /* the handler fails with an exception; the environment lives on */
#ifdef NO_TAKING_OUT
       packs = packs | (1 << ordinal);
#endif
       goto done
     }
  :: atomic { packs = 0; goto done }                     /* the environment is killed */
  fi;

put_back:                 /* process.leases.Leases.put_back: into its own lease's memory, or (a last pack) to its shard */
  atomic {
    if
    :: is_live(e) -> packs = packs | (1 << ordinal); goto done
    :: is_live(e) -> goto give_back
    :: !is_live(e) -> goto done
    fi
  }
give_back:                /* stores.stock.Stock.give_back: once, if the shard was not sealed since */
  atomic {
    if
    :: return_condition(lease_shard, lease_round) -> shard[lease_shard].remaining++; audit()
    :: !return_condition(lease_shard, lease_round) -> skip
    :: LOST_UPDATES && late[2 * e + 1].packs == 0 ->
       late[2 * e + 1].packs = 1; late[2 * e + 1].at = lease_shard; late[2 * e + 1].round = lease_round;
#ifdef NO_SINGLE_RETURN   /* no answer, so ask again */
       if :: attempt < ATTEMPTS -> attempt++; goto give_back :: else fi
#endif
    fi
  }
done:
  atomic {
    at_work--;
    if :: packs == 0 -> forget_lease() :: else fi;
    standing_batch = 0; standing_token = 0;
    goto idle
  }
}
