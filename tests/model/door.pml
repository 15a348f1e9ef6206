/* Check-in (functions/README.md, "Check-in") for the model checker Spin: one slot, its people, and order numbers of its
 * merchant. slots.pml has the rest of a slot. Beside each rule is where the code has it, as module.function; each name in
 * `#ifdef NO_…` takes one rule away, and test_door_protocol.py lists by which property that is caught.
 *
 * Every `atomic` is one request to DynamoDB; between two of them anybody may do anything. What was sent stays on its way:
 * it may arrive at any later moment, and again, or never. AIR attempts are on their way at once; each write of the slot
 * raises its version, and nobody books anew, so the states are finite.
 */
#ifndef PEOPLE
#define PEOPLE 2
#endif
#ifndef NUMBERS
#define NUMBERS 2        /* order numbers of the merchant */
#endif
#ifndef AIR
#define AIR 2
#endif
#ifndef TILLS
#define TILLS 1          /* so many numbers, from the first on, may also be used for a coupon */
#endif

#ifndef ONLY
#define ONLY 0
#endif
#define APART 1          /* a mark names the order that names the person, and each order has its line */
#define PAID_TWICE 2     /* a person's place is paid once */
#define NOT_FINAL 3      /* nobody is let in to a cancelled slot */
#define NO_PLACE 4       /* who is let in has a place, and keeps it */
#define REFUSED 5        /* who was let in under this number is told so, whatever came since */
#define LIED 6           /* nobody is said to be in under another number when it is this one */
#define BACK_TWICE 7     /* what was paid goes back once */
#define MUST(property, fact) assert((ONLY && ONLY != property) || (fact))

/* ---- Stored: the slot's item; for each number the order, its line, and the line of its reversal. */
typedef Slot { byte v, booked, mark[PEOPLE]; bool cancelled };   /* mark: 1 + the order's number */
Slot slot;
#define COUPON 9
byte order[NUMBERS];     /* 0: none; 1 + the person whom it let in; COUPON: it used a coupon */
bool line[NUMBERS], reversed[NUMBERS];
byte back[NUMBERS];      /* lines of reversals */

mtype = { LOOK, SEND, CANCEL, LEAVE, REDEEM, REVERSE };
typedef Attempt { mtype kind; byte person, number, seen, slot_v };
Attempt air[AIR + 1];
#define A air[i]
#define ME (1 << A.person)

#ifdef NO_VERSION        /* stores.slots.Slots.check_in: the slot is as it was read */
#define same_slot(a) (a.kind == SEND || slot.v == a.slot_v)
#else
#define same_slot(a) (slot.v == a.slot_v)
#endif
#ifdef NO_RAISE          /* stores.slots.Slots.check_in */
#define raise() slot.v = slot.v + (A.kind != SEND)
#else
#define raise() slot.v++
#endif
#ifdef NO_NEW_NUMBER     /* stores.orders.Orders.check_in, and redeem */
#define is_new true
#else
#define is_new (order[A.number] == 0)
#endif
#ifdef NO_LINE_ONCE      /* stores.orders.Orders.file; the order says so too */
#define is_filed false
#else
#define is_filed line[A.number]
#endif
#ifdef NO_LOOK_AT_THE_PLACE   /* till.check_ins._refuse */
#define has_place true
#else
#define has_place (slot.booked & ME)
#endif
#ifdef NO_LOOK_AT_THE_MARK    /* till.check_ins._refuse */
#define is_in false
#else
#define is_in (slot.mark[A.person] != 0)
#endif
#ifdef NO_LOOK_AT_THE_CANCEL  /* slots.codes.refuse_cancelled */
#define is_off false
#else
#define is_off slot.cancelled
#endif
#ifdef NO_KEY_IN_THE_MARK     /* till.check_ins._attempt: the mark says which order */
#define is_mine false
#else
#define is_mine (slot.mark[A.person] == 1 + A.number)
#endif
#ifdef NO_REVERSALS_AS_READ   /* stores.orders.Orders.reverse */
#define is_unreversed true
#else
#define is_unreversed (!reversed[A.number])
#endif

inline forget() {
  for (j : i .. AIR - 1) {
    air[j].kind = air[j + 1].kind; air[j].person = air[j + 1].person; air[j].number = air[j + 1].number;
    air[j].seen = air[j + 1].seen; air[j].slot_v = air[j + 1].slot_v
  }
  j = 0
}

inline start(what) {
  do :: A.kind != 0 -> i++ :: A.kind == 0 -> break od;
  A.kind = what
}

inline select_one(which, many) {
  which = 0;
  do :: which < many - 1 -> which++ :: break od
}

inline refuse() { MUST(REFUSED, A.seen != 1 + A.person); forget() }

inline look() {          /* till.check_ins._attempt: the order was read, and now the slot */
  if
#ifdef NO_REPEAT_FIRST   /* till.check_ins._attempt: before refusals are looked for */
  :: false -> skip
#else
  :: A.seen == 1 + A.person -> forget()            /* answered as before */
  :: A.seen != 1 + A.person && is_mine -> forget() /* a twin was first; it reads again */
#endif
  :: else ->
     if
     :: !has_place || is_off || A.seen != 0 -> refuse()
     :: has_place && !is_off && A.seen == 0 && is_in ->
        MUST(LIED, slot.mark[A.person] != 1 + A.number); refuse()
     :: else -> A.kind = SEND; A.slot_v = slot.v
     fi
  fi
}

inline let_in() {        /* till.check_ins._written: one transaction */
  if
  :: same_slot(A) && is_new && !is_filed ->
     MUST(NOT_FINAL, !slot.cancelled);
     MUST(NO_PLACE, slot.booked & ME);
     MUST(PAID_TWICE, slot.mark[A.person] == 0);
     slot.mark[A.person] = 1 + A.number; raise();
     order[A.number] = 1 + A.person; line[A.number] = true
  :: else
#ifdef NO_TRANSACTION
     -> if :: same_slot(A) -> slot.mark[A.person] = 1 + A.number; raise() :: else fi
#endif
  fi
}

inline reverse() {       /* till.reversals: order and line, and nothing of the slot */
  if
  :: is_unreversed ->
     reversed[A.number] = true; back[A.number]++;
#ifdef NO_KEPT_MARK
     for (x : 0 .. PEOPLE - 1) { slot.mark[x] = (slot.mark[x] == 1 + A.number -> 0 : slot.mark[x]) };
     x = 0
#endif
  :: else
  fi
}

inline arrive() {
  if
  :: A.kind == SEND -> let_in()
  :: A.kind == CANCEL && slot.v == A.slot_v -> slot.cancelled = true; raise()
  :: A.kind == LEAVE && slot.v == A.slot_v -> slot.booked = slot.booked & ~ME; raise()
  :: A.kind == REDEEM && is_new && !is_filed -> order[A.number] = COUPON; line[A.number] = true
  :: A.kind == REVERSE -> reverse()
  :: else
  fi
}

inline audit() {
  for (n : 0 .. NUMBERS - 1) {
    MUST(APART, line[n] == (order[n] != 0));
    MUST(BACK_TWICE, back[n] <= 1);
    for (x : 0 .. PEOPLE - 1) {
      MUST(APART, (order[n] == 1 + x) == (slot.mark[x] == 1 + n));
      MUST(NO_PLACE, slot.mark[x] == 0 || ((slot.booked >> x) & 1))
    }
  }
  for (x : 0 .. PEOPLE - 1) {
    j = 0;
    for (n : 0 .. NUMBERS - 1) { j = j + (order[n] == 1 + x) }
    MUST(PAID_TWICE, j <= 1)
  }
  j = 0; n = 0; x = 0
}

inline select_air(sent) {
  if
  :: air[0].kind != 0 && (air[0].kind != LOOK) == sent -> i = 0
#if AIR > 1
  :: air[1].kind != 0 && (air[1].kind != LOOK) == sent -> i = 1
#endif
#if AIR > 2
  :: air[2].kind != 0 && (air[2].kind != LOOK) == sent -> i = 2
#endif
  fi
}
#define is_room (air[AIR - 1].kind == 0)

active proctype Door() {
  byte i, j, n, x;
  slot.booked = (1 << PEOPLE) - 1; slot.v = 1;
end:
  do
  :: atomic {            /* a venue reads the order of its number … */
       is_room ->
       start(LOOK); select_one(A.person, PEOPLE); select_one(A.number, NUMBERS); A.seen = order[A.number]; i = 0
     }
  :: atomic { select_air(false); d_step { look(); i = 0 } }   /* … and then the slot, and sends its transaction */
  :: atomic { is_room && !slot.cancelled -> start(CANCEL); A.slot_v = slot.v; i = 0 }
  :: atomic {            /* slots.cancellation._left: who used the place cannot leave */
       is_room ->
       start(LEAVE); select_one(A.person, PEOPLE); A.slot_v = slot.v;
       if :: !(slot.booked & ME) || slot.mark[A.person] != 0 -> forget() :: else fi;
       i = 0
     }
  :: atomic { is_room && TILLS > 0 -> start(REDEEM); select_one(A.number, TILLS); i = 0 }
  :: atomic {
       is_room ->
       start(REVERSE); select_one(A.number, NUMBERS);
       if :: order[A.number] == 0 || reversed[A.number] -> forget() :: else fi;
       i = 0
     }
  :: atomic { select_air(true); d_step { arrive(); audit(); i = 0 } }   /* and stays on its way */
  :: atomic { select_air(true); d_step { forget(); i = 0 } }            /* lost */
  :: atomic { select_air(false); d_step { forget(); i = 0 } }           /* killed */
  od
}
