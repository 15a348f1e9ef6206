/* The claim protocol (design section 4) for the model checker Spin: what is stored, what must hold, and what goes
 * wrong around it. environment.pml is the claiming side, reclaim.pml the reclaiming side. Beside each rule is where
 * the code has it, as module.function. test_claim_protocol.py lists the scopes (-DPEOPLE=3 …) that are searched, and
 * the mutants: each name in `#ifdef NO_…` takes one rule away, and must then be caught.
 *
 * Every `atomic` is one request to DynamoDB, or one look at the clock; between two of them anybody may do anything.
 * Time is a tick of ten seconds: LEASE_S is 1, a function's time-out 1, the slack 1, FENCE_S 3. A scope spends the whole
 * slack, either in leases whose clock is a tick slow (SLOW=1), or in a fence that is judged a tick early (EARLY=1).
 */
#ifndef SHARDS
#define SHARDS 2
#endif
#ifndef ENVIRONMENTS
#define ENVIRONMENTS 2
#endif
#ifndef PEOPLE
#define PEOPLE 2
#endif
#ifndef PACKS
#define PACKS 2
#endif
#ifndef LARGEST_LEASE
#define LARGEST_LEASE 2  /* the growth rule is any k from 1 to this */
#endif
#ifndef REQUESTS
#define REQUESTS 3       /* claims asked for and not refused out of the cache, all environments together */
#endif
#ifndef ATTEMPTS
#define ATTEMPTS 2       /* of one put */
#endif
#ifndef LOST_UPDATES
#define LOST_UPDATES 1   /* a lease or a return may arrive late, unheard of, or never */
#endif
#ifndef RECLAIMERS
#define RECLAIMERS 1
#endif
#ifndef UNDUE
#define UNDUE 0          /* reclaims that may begin though nothing is drained: exact in whatever state it starts */
#endif
#ifndef RAISES
#define RAISES 0         /* by one pack each */
#endif
#ifndef PAUSES
#define PAUSES 0
#endif
#ifndef SISTERS
#define SISTERS 0        /* claims of the other batch of the exclusive group */
#endif
#ifndef SLOW
#define SLOW 1
#endif
#ifndef EARLY
#define EARLY (1 - SLOW)
#endif
#ifndef TIMEOUT
#define TIMEOUT 1        /* the assumption: a put applies at most this many ticks after its lease was looked at */
#endif
#define LEASE 1
#define FENCE 3
#define DEAD (LEASE + SLOW)

/* ---- What must hold. ONLY=n looks at one property alone, so that a mutant is caught by the one that is named. */
#ifndef ONLY
#define ONLY 0
#endif
#define OVERSOLD 1       /* claims <= quantity at every moment */
#define TWICE 2          /* at most one claim a (person, claim key) */
#define INEXACT 3        /* after a reclaim: packs in the shards + claims = quantity */
#define SOLD_OUT_LIE 4   /* sold_out only while claims = quantity and no shard holds a pack */
#define SUCCESS_LIE 5    /* a person who is told of success has a stored claim of this batch */
#define STUCK 6          /* a reopening that the control item allows is not refused by a shard */
#define MUST(property, fact) assert((ONLY && ONLY != property) || (fact))

/* ---- The table `catalog`: stores/stock.py. */
typedef Shard { byte remaining; byte sealed };
Shard shard[SHARDS];
#define in_shards (shard[0].remaining + shard[1].remaining)

bool is_open = true;     /* the control item: `open` or `sealing` … */
byte round = 1;          /* … at this round */
byte quantity = PACKS;
bool drained, sold_out, paused, final;
bool sealed;             /* sealed_at_s is set … */
byte since_sealed;       /* … so many ticks ago */
bool sealed_after_close;
byte folded, fold;       /* the sweep's recorded count, and of which round: stores/folds.py */

/* ---- The table `claims`: one item a claim key and person; stores/claims.py. The sister batch has the same claim key. */
#define NOBODY 0
#define OURS 1
#define SISTER 2
#ifdef NO_COMMON_BUCKETS /* operate.publication._freeze: the number of buckets belongs to the claim key */
#define PLACES (2 * PEOPLE)
#define PLACE(person, batch) ((person) + PEOPLE * ((batch) - 1))
#define claims_of(person) ((item[person].batch != NOBODY) + (item[person + PEOPLE].batch != NOBODY))
#else
#define PLACES PEOPLE
#define PLACE(person, batch) (person)
#define claims_of(person) 1
#endif
typedef Claim { byte batch; byte token };
Claim item[PLACES];
byte claims, sister_claims;

inline audit() {
  d_step {
    MUST(OVERSOLD, claims <= quantity);
    MUST(SOLD_OUT_LIE, !sold_out || (claims == quantity && in_shards == 0))
  }
}

/* The PutItem of one claim, `attribute_not_exists`: stores.claims.Claims.put. The item before it is in `standing`. */
inline put_item(who, which, token_) {
  standing_batch = item[PLACE(who, which)].batch;
  standing_token = item[PLACE(who, which)].token;
  if
#ifndef NO_PUT_CONDITION
  :: standing_batch != NOBODY -> skip
#endif
  :: else ->
     MUST(TWICE, standing_batch == NOBODY);
     item[PLACE(who, which)].batch = which;
     item[PLACE(who, which)].token = token_;
     claims = claims + (which == OURS);
     sister_claims = sister_claims + (which == SISTER);
     MUST(TWICE, claims_of(who) == 1)
  fi;
  audit()
}

#ifdef NO_FENCE_FROM_THE_LAST_SEAL  /* schedule.reclaim.reclaim: the clock is read after the last seal, not before the first */
#define fence_runs (!is_open && since_sealed < FENCE)
#else
#define fence_runs (sealed && since_sealed < FENCE)
#endif

/* ---- On the way: requests whose sender no longer waits, or never will. */
typedef Put { byte person; byte token; byte ttl };  /* token 0: none */
Put flying[2 * ENVIRONMENTS];
typedef Update { byte packs; byte at; byte round };      /* packs 0: none */
Update late[2 * ENVIRONMENTS];                           /* of each environment a lease, and a return */

inline forget_put(f) { flying[f].person = 0; flying[f].token = 0; flying[f].ttl = 0 }

byte age[ENVIRONMENTS];  /* ticks since before the lease's request was sent; DEAD: lapsed */
byte asked;              /* claims begun */
byte known;              /* people who have come so far; they differ in nothing else, so they come in order */
byte at_work;            /* environments with a claim under way */
bool closed;             /* the claim window is over */
byte raised;

#include "environment.pml"
#include "reclaim.pml"

/* What was sent and not heard of arrives late, or never. A lease or a return may take for ever: the round is in its
 * condition. A put may not: see Clock. */
proctype Network() {
  byte i, standing_batch, standing_token;
end:
  do
  :: atomic {
       select_flying(i);
       if
       :: put_item(flying[i].person, OURS, flying[i].token)
       :: skip
       fi;
       forget_put(i); i = 0; standing_batch = 0; standing_token = 0
     }
  :: atomic {
       select_late(i);
       if
       :: i % 2 == 0 && lease_condition(late[i].at, late[i].packs, late[i].round) ->
          shard[late[i].at].remaining = shard[late[i].at].remaining - late[i].packs
       :: i % 2 == 1 && return_condition(late[i].at, late[i].round) ->
          shard[late[i].at].remaining = shard[late[i].at].remaining + late[i].packs;
          audit()
       :: else
       fi;
       late[i].packs = 0; late[i].at = 0; late[i].round = 0; i = 0
     }
  :: atomic { select_late(i); late[i].packs = 0; late[i].at = 0; late[i].round = 0; i = 0 }  /* lost */
  od
}

/* The assumption of the protocol (clock.FENCE_S): no tick passes over a put whose time is up. */
#define may_wait(f) (flying[f].token == 0 || flying[f].ttl > 0)
#define in_flight(f) (flying[f].token != 0)
#if ENVIRONMENTS == 1
#define nothing_due (may_wait(0) && may_wait(1))
#define time_matters (age[0] < DEAD || in_flight(0) || in_flight(1) || fence_runs)
#else
#define nothing_due (may_wait(0) && may_wait(1) && may_wait(2) && may_wait(3))
#define time_matters (age[0] < DEAD || age[1] < DEAD || in_flight(0) || in_flight(1) || in_flight(2) || in_flight(3) \
                      || fence_runs)
#endif

proctype Clock() {
  byte i;
end:
  do
  :: d_step {
       nothing_due && time_matters ->
       for (i : 0 .. ENVIRONMENTS - 1) { age[i] = (age[i] < DEAD -> age[i] + 1 : DEAD) }
       for (i : 0 .. 2 * ENVIRONMENTS - 1) { flying[i].ttl = (flying[i].ttl > 0 -> flying[i].ttl - 1 : 0) }
       since_sealed = (fence_runs -> since_sealed + 1 : since_sealed);
       i = 0
     }
  od
}

/* An operator raises, pauses and resumes at any moment: operate.publication.raise_quantity, operate.controls. */
proctype Operator() {
  byte pauses;
end:
  do
  :: atomic {
       raised < RAISES ->
       raised++; quantity++; drained = false; sold_out = false; final = false;
       if
#ifdef NO_SERIAL_RAISE   /* the packs go to a shard though a count is under way */
       :: true -> shard[0].remaining++
#else
       :: is_open -> MUST(STUCK, shard[0].sealed == round); shard[0].remaining++
       :: else                /* while sealing the number alone changes; the reopening sees it */
#endif
       fi;
       audit()
     }
  :: atomic { pauses < PAUSES && !paused -> pauses++; paused = true }
  :: atomic { paused -> paused = false }
  od
}

/* People claim the other batch of the group; the stock of that one is not our matter. */
proctype Sister() {
  byte person, standing_batch, standing_token;
end:
  do
  :: atomic {
       sister_claims < SISTERS ->
       select_person(person);
       put_item(person, SISTER, sister_token);
       person = 0; standing_batch = 0; standing_token = 0
     }
  od
}

/* The window closes at some moment when nobody is at work; what is on the way stays so. Then one more reclaim is due,
 * and after it the books are even, for good: a state in which they never come to be is an invalid end. */
proctype Judge() {
  atomic { at_work == 0 -> closed = true };
  atomic { final && is_open && raised == RAISES };
  MUST(INEXACT, in_shards + claims == quantity)
}

init {
  atomic {
    byte i;
    shard[0].remaining = (PACKS + 1) / 2; shard[0].sealed = round;
    shard[1].remaining = PACKS / 2; shard[1].sealed = round;
    for (i : 0 .. ENVIRONMENTS - 1) { age[i] = DEAD; run Environment(i) }
    for (i : 1 .. RECLAIMERS) { run Reclaim() }
    i = 0;
    run Network(); run Clock(); run Judge();
    if :: RAISES + PAUSES > 0 -> run Operator() :: else fi;
    if :: SISTERS > 0 -> run Sister() :: else fi
  }
}
