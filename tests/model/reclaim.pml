/* Reclaim, seal and zero (schedule.reclaim.reclaim), by any number of invocations of the schedule, each killed at any step:
 *
 *   open r --begin--> sealing r+1 --every shard zeroed at r+1--> sealed_at --fence--> count --one transaction--> open r+1
 */
#ifdef NO_SEAL_CONDITION  /* stores.stock.Stock.seal: only upwards, so that a late twin changes nothing */
#define seal_condition(s, r) true
#else
#define seal_condition(s, r) (shard[s].sealed < r)
#endif
#ifdef NO_ZEROING         /* stores.stock.Stock.seal: what is left in a shard is counted again as unsold */
#define sealed_with(s) shard[s].remaining
#else
#define sealed_with(s) 0
#endif
#ifdef NO_FENCE           /* schedule.reclaim.reclaim: nothing that was sent before the seal may still be on its way */
#define fence_is_over true
#else
#define fence_is_over (since_sealed >= FENCE - EARLY)
#endif
#ifdef NO_QUANTITY_CONDITION  /* stores.stock.Stock.reopen: only if the quantity is the one counted against */
#define same_quantity(q) true
#else
#define same_quantity(q) (quantity == q)
#endif
#ifdef NO_FOLD_ROUND      /* schedule.reclaim._count_and_reopen: the sweep's name holds the round */
#define is_folded(r) (folded != 0)
#else
#define is_folded(r) (folded == r)
#endif

/* What a sweep of the claim key counts as ours: process.claim_passes.count_claims, model.counts.Fold.of. */
inline count_claims(result) {
  result = claims;
#ifdef NO_FILTER          /* it forgets to count by batch */
  result = claims + sister_claims;
#endif
#ifdef NO_CONSISTENT_COUNT  /* stores.claims.Claims.in_bucket: an eventually consistent Query may miss a claim */
  if :: claims > 0 -> result = result - 1 :: true fi
#endif
}

proctype Reclaim() {
  byte r, q, s, counted;
again:
  r = 0; q = 0; s = 0; counted = 0;
end:
  atomic {                /* the control item, read strongly: schedule.reclaim.is_due */
    if
    :: is_open && ((closed && !final) || (drained && !sold_out && !closed) || round <= UNDUE) -> r = round; goto begin
    :: !is_open && !sealed -> r = round; goto seal
    :: !is_open && sealed && fence_is_over -> r = round; q = quantity; goto count
    fi
  }
begin:
  atomic {                /* stores.stock.Stock.begin_sealing */
    if
    :: is_open && round == r -> is_open = false; round++; since_sealed = 0; sealed = false
    :: true               /* refused, or killed before it */
    fi;
    goto again
  }
seal:
  do
  :: s < SHARDS -> atomic {
       if
       :: seal_condition(s, r) -> shard[s].remaining = sealed_with(s); shard[s].sealed = r
       :: else
       fi;
       s++
     }
  :: s == SHARDS -> break
  :: goto again           /* killed */
  od;
  atomic {                /* stores.stock.Stock.mark_sealed: after the last seal */
    if
    :: !is_open && round == r && !sealed ->
       sealed = true; sealed_after_close = closed;
#ifndef NO_FENCE_FROM_THE_LAST_SEAL
       since_sealed = 0
#endif
    :: true               /* refused, or killed before it */
    fi;
    goto again
  }
count:
  atomic {                /* the first to record a count of this round has counted for all: stores.pieces.Pieces.record */
    if
    :: is_folded(r) -> counted = fold
    :: else -> count_claims(counted); fold = counted; folded = r
    fi
  }
  atomic {                /* stores.stock.Stock.reopen: one transaction over the control item and the shards */
    if
    :: !is_open && round == r && sealed && same_quantity(q) ->
       counted = q - counted;
       MUST(STUCK, (counted == 0 || shard[0].sealed == r) && (counted < 2 || shard[1].sealed == r));
       is_open = true; sealed = false; since_sealed = 0; final = sealed_after_close; sealed_after_close = false;
       sold_out = (counted == 0); drained = sold_out;
#ifdef NO_TRANSACTION     /* the packs follow in a request of their own */
       goto spread;
#endif
       shard[0].remaining = shard[0].remaining + (counted + 1) / 2;
       shard[1].remaining = shard[1].remaining + counted / 2;
       MUST(INEXACT, in_shards + claims == quantity);
       audit()
    :: true               /* refused, for a twin has reopened or the quantity was raised; or killed before it */
    fi;
    goto again
  }
#ifdef NO_TRANSACTION
spread:
  if
  :: goto again           /* killed */
  :: atomic {
       shard[0].remaining = shard[0].remaining + (counted + 1) / 2;
       shard[1].remaining = shard[1].remaining + counted / 2;
       goto again
     }
  fi
#endif
}
