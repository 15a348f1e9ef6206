/* Slots and their waiting lists (functions/README.md) for the model checker Spin: what is stored, what must hold, and
 * what goes wrong around it. Beside each rule is where the code has it, as module.function. test_slot_protocol.py lists
 * the scopes that are searched, and the mutants: each name in `#ifdef NO_…` takes one rule away, and must then be caught.
 *
 * Every `atomic` is one request to DynamoDB, or the clock; between two of them anybody may do anything. What was sent
 * stays on its way: it may arrive at any later moment, and again, or never. Only how many attempts are on their way at
 * once is bounded (AIR), not how many follow one another: a version is compared and never added to, so `tidy` takes out
 * the versions that nobody remembers, and the states are finite.
 */
#ifndef PEOPLE
#define PEOPLE 3
#endif
#ifndef SLOTS
#define SLOTS 2          /* a person may be in one of them at a time: the quota is 1 */
#endif
#ifndef PLACES
#define PLACES 2
#endif
#ifndef AIR
#define AIR 2            /* attempts on their way at once, of anybody */
#endif
#ifndef CLOSING
#define CLOSING SLOTS    /* so many slots, from the first on, may be cancelled by their venue … */
#endif
#ifndef CHANGING
#define CHANGING SLOTS   /* … or have their places changed … */
#endif
#ifndef FEWEST
#define FEWEST 1         /* … down to this … */
#endif
#ifndef CLOCKS
#define CLOCKS SLOTS     /* … or come to their `promote_until` … */
#endif
#ifndef DOORS
#define DOORS SLOTS      /* … or let people in */
#endif

#ifndef STRIKES
#define STRIKES 0        /* so many people, from the first on, may have strikes, one of which is a ban, and be excused */
#endif

/* ---- What must hold. ONLY=NAME looks at one property alone, so that a mutant is caught by the one that is named. */
#ifndef ONLY
#define ONLY 0
#endif
#define OVERBOOKED 1     /* taken <= cap when somebody comes in */
#define MISCOUNTED 2     /* |p| = taken, |w| = waiting */
#define TWICE 3          /* a person is in p or in w, not in both */
#define APART 4          /* a slot that is not cancelled is in a diary if and only if the person is in the slot */
#define QUOTA 5          /* nobody is in two slots that are not cancelled */
#define REVIVED 6        /* what was on its way when a DELETE was answered books nothing */
#define STILL_IN 7       /* who is told that they are out of a slot is out of it */
#define BARGED 8         /* before `promote_until` nobody books while another waits */
#define OVERTAKEN 9      /* who moves up has waited longest */
#define DEAD_PLACE 10    /* nobody waits for a free place: they move up, or from `promote_until` on it can be booked */
#define EATEN 11         /* the quota counts no cancelled slot */
#define NOT_FINAL 12     /* nobody comes into a cancelled slot, and it stays cancelled */
#define MARK_LOST 13     /* who is checked in stays so */
#define BANNED 14        /* nobody comes in by a request of theirs while a strike that counts is in their diary */
#define STRIKE_LOST 15   /* a strike stays in the diary */
#define EXCUSE_LOST 16   /* what an operator decided about it stays, until another decision */
#define UNFAIR 17        /* nobody has a strike of a slot that was cancelled, or that they used or left before */
#define MUST(property, fact) assert((ONLY && ONLY != property) || (fact))

/* ---- The table `claims`: stores.slots and stores.diaries. Version 0 is an item that does not exist yet. */
typedef Slot {
  byte cap, taken, waiting, v;
  byte p, marked;        /* one bit a person */
  byte w[PEOPLE];        /* rank; 0: does not wait */
  bool cancelled;
  bool late;             /* it is past `promote_until` */
  byte ahead[PEOPLE]     /* not stored: who waits and came before, to judge the ranks */
};
Slot slot[SLOTS];
typedef Diary { byte slots, struck, excused, v };        /* one bit a slot */
Diary diary[PEOPLE];

/* ---- Attempts. A request has read the diary (the first three), then it reads the slot and sends one of the others. */
mtype = { PUT_BOOKING, PUT_WAITING, DELETE, BOOK, TAKE, WAIT, CANCEL, LEAVE, NOTHING, CHANGE, CLOSE, CHECK_IN, STRIKE,
          EXCUSE };
typedef Attempt {
  mtype kind;
  byte person, at;       /* at: the slot */
  byte diary_v, slots;   /* the diary's version as read, and what it will hold */
  byte struck, excused;
  byte slot_v;           /* the slot's version as read, and what it will hold: all but BOOK replace the whole item */
  byte cap, p, marked, w[PEOPLE];
  bool late;             /* BOOK: the list had no force any more */
  bool is_void           /* a DELETE of the same person and slot was answered since */
};
Attempt air[AIR + 1];    /* the first entries are in use; the last is always empty */
#define A air[i]
#define S slot[A.at]
#define D diary[A.person]
#define ME (1 << A.person)
#define HERE (1 << A.at)
#define asks(a) (a.kind == PUT_BOOKING || a.kind == PUT_WAITING || a.kind == DELETE)
#define is_venues(a) (a.kind == CHANGE || a.kind == CLOSE || a.kind == CHECK_IN)
#define replaces(a) (a.kind == TAKE || a.kind == WAIT || a.kind == CANCEL || a.kind == LEAVE || is_venues(a))
#define is_in(s_, x_) (((slot[s_].p >> (x_)) & 1) || slot[s_].w[x_] != 0)

/* ---- Which conditions name a version, and who raises it. */
#ifdef NO_DIARY_VERSION  /* stores.diaries.Diaries.replace: a late copy of an old attempt is refused by itself */
#define names_diary(a) (a.kind == NOTHING)
#elif defined(NO_CONDITION_ON_NOTHING)  /* slots.cancellation._left: `not-found` is said of the diary that was read */
#define names_diary(a) (!is_venues(a) && a.kind != NOTHING)
#else
#define names_diary(a) (!is_venues(a))
#endif
#ifdef NO_VERSION_ON     /* stores.slots.Slots.replace, called by this kind of attempt */
#define names_slot(a) ((replaces(a) || a.kind == STRIKE) && a.kind != NO_VERSION_ON)
#else
#define names_slot(a) (replaces(a) || a.kind == STRIKE)  /* stores.slots.Slots.still */
#endif
#ifdef NO_RAISE_BY       /* model.slot_records.SlotRecord._next; stores.slots.Slots.book */
#define raise() S.v = S.v + (A.kind != NO_RAISE_BY)
#else
#define raise() S.v++
#endif
#ifdef NO_DIARY_RAISE_BY /* stores.diaries.Diaries.replace */
#define raise_diary() D.v = D.v + (A.kind != NO_DIARY_RAISE_BY)
#else
#define raise_diary() D.v++
#endif
#define same_diary(a) (!names_diary(a) || diary[a.person].v == a.diary_v)
#define same_slot(a) (!names_slot(a) || slot[a.at].v == a.slot_v)

#ifdef NO_ITEM_CAPACITY  /* stores.slots.Slots.book: the item says how many places, and not the programme */
#define capacity PLACES
#else
#define capacity S.cap
#endif
#ifdef NO_END_OF_THE_LIST  /* model.slots.Slot.promotes */
#define has_force true
#else
#define has_force (!A.late)
#endif
#ifdef NO_TURN           /* stores.slots.Slots.book: nobody waits while the list has force */
#define is_my_turn true
#else
#define is_my_turn (!has_force || S.waiting == 0)
#endif
#ifdef NO_END_BY_CANCEL  /* stores.slots.Slots.book: the slot is not cancelled */
#define goes_on true
#else
#define goes_on (!S.cancelled)
#endif
#ifdef NO_SECOND_LOOK    /* stores.slots.Slots.book: the person is not in the slot; the diary's version says so too */
#define is_out true
#else
#define is_out (!is_in(A.at, A.person))
#endif
#ifdef NO_MARK           /* slots.cancellation._refuse_too_late */
#define is_marked false
#else
#define is_marked (S.marked & ME)
#endif
#ifdef NO_QUOTA          /* model.diaries.Diary.refusal */
#define has_enough false
#else
#define has_enough ((A.slots & ~(HERE | A.struck)) != 0)  /* what was missed is over, and not upcoming */
#endif
#ifdef NO_BAN            /* model.diaries.Diary.refusal */
#define is_banned(diary_) false
#else
#define is_banned(diary_) ((diary_.struck & ~diary_.excused) != 0)
#endif
#ifdef NO_MOVING_UP      /* model.slot_records.moved_up */
#define moves_up false
#else
#define moves_up (k < A.cap && !S.cancelled && !S.late)
#endif
#ifdef NO_DROPPING       /* slots.writes.without_cancelled */
#define dropped 0
#elif SLOTS == 1
#define dropped slot[0].cancelled
#else
#define dropped (slot[0].cancelled | (slot[1].cancelled << 1))
#endif
#ifdef NO_RANK_BY_VERSION  /* model.slot_records.SlotRecord.joined: and not by some environment's clock */
#define rank (1 + clock)
#define is_rank(w_) false
#define is_later_rank(w_) false
#else
#define rank (S.v + 1)
#define is_rank(w_) (w_ == k)
#define is_later_rank(w_) (w_ > k)
#endif

inline forget() {
  for (j : i .. AIR - 1) {
    air[j].kind = air[j + 1].kind; air[j].person = air[j + 1].person; air[j].at = air[j + 1].at;
    air[j].diary_v = air[j + 1].diary_v; air[j].slots = air[j + 1].slots;
    air[j].struck = air[j + 1].struck; air[j].excused = air[j + 1].excused; air[j].slot_v = air[j + 1].slot_v;
    air[j].cap = air[j + 1].cap; air[j].p = air[j + 1].p; air[j].marked = air[j + 1].marked;
    for (x : 0 .. PEOPLE - 1) { air[j].w[x] = air[j + 1].w[x] }
    air[j].late = air[j + 1].late; air[j].is_void = air[j + 1].is_void
  }
  j = 0; x = 0
}

/* What no condition will ever admit again is forgotten; what nobody asks for any more, and versions that nobody
 * remembers, are taken out. */
#ifdef NO_KEPT_DIARY     /* stores.diaries: a diary without slots is deleted, and its version begins anew */
#define is_over (!same_slot(A) || is_late_for_cancelled)
#else
#define is_over (!same_diary(A) || !same_slot(A) || is_late_for_cancelled)
#endif
#define is_late_for_cancelled (A.kind == BOOK && !goes_on)
inline tidy() {
  i = 0;
  do
  :: A.kind != 0 && is_over -> forget()
  :: A.kind != 0 && !is_over -> i++
  :: A.kind == 0 -> break
  od;
  for (s : 0 .. SLOTS - 1) {
    if
    :: slot[s].cancelled ->
       slot[s].cap = PLACES; slot[s].late = false;
       for (x : 0 .. PEOPLE - 1) { slot[s].w[x] = (slot[s].w[x] != 0); slot[s].ahead[x] = 0 }
    :: else
    fi;
    k = 1;
    do
    :: k < slot[s].v ->
       known = false;
       for (x : 0 .. PEOPLE - 1) { known = known || is_rank(slot[s].w[x]) }
       for (j : 0 .. AIR - 1) {
         known = known || (replaces(air[j]) && air[j].at == s && air[j].slot_v == k);
         for (x : 0 .. PEOPLE - 1) { known = known || (replaces(air[j]) && air[j].at == s && is_rank(air[j].w[x])) }
       }
       if
       :: known -> k++
       :: else ->
          slot[s].v--;
          for (x : 0 .. PEOPLE - 1) { slot[s].w[x] = slot[s].w[x] - is_later_rank(slot[s].w[x]) }
          for (j : 0 .. AIR - 1) {
            air[j].slot_v = air[j].slot_v - (air[j].at == s && air[j].slot_v > k);
            for (x : 0 .. PEOPLE - 1) { air[j].w[x] = air[j].w[x] - (air[j].at == s && is_later_rank(air[j].w[x])) }
          }
       fi
    :: else -> break
    od
  }
  for (x : 0 .. PEOPLE - 1) {
    k = 1;
    do
    :: k < diary[x].v ->
       known = false;
       for (j : 0 .. AIR - 1) { known = known || (air[j].diary_v == k && air[j].person == x) }
       if
       :: known -> k++
       :: else ->
          diary[x].v--;
          for (j : 0 .. AIR - 1) { air[j].diary_v = air[j].diary_v - (air[j].person == x && air[j].diary_v > k) }
       fi
    :: else -> break
    od
  }
  i = 0; j = 0; k = 0; s = 0; x = 0; clock = 0; known = false
}

inline audit() {
  for (s : 0 .. SLOTS - 1) {
    j = 0; k = 0;
    for (x : 0 .. PEOPLE - 1) {
      j = j + ((slot[s].p >> x) & 1); k = k + (slot[s].w[x] != 0);
      MUST(TWICE, !((slot[s].p >> x) & 1) || slot[s].w[x] == 0);
      MUST(APART, slot[s].cancelled || ((diary[x].slots >> s) & 1) == is_in(s, x))
    }
    MUST(MISCOUNTED, slot[s].taken == j && slot[s].waiting == k);
    MUST(DEAD_PLACE, slot[s].cancelled || slot[s].late || slot[s].waiting == 0 || slot[s].taken >= slot[s].cap)
  }
#if SLOTS == 2
  for (x : 0 .. PEOPLE - 1) {
    MUST(QUOTA, slot[0].cancelled || slot[1].cancelled || diary[x].struck || !is_in(0, x) || !is_in(1, x))
  }
#endif
}

/* ---- What a request sees of the slot, and what it then sends. */
#define refuses (S.taken >= S.cap || (!S.late && S.waiting > 0))
inline start(what) {
  do :: A.kind != 0 -> i++ :: A.kind == 0 -> break od;
  A.kind = what
}
inline select_one(which, many) {
  which = 0;
  do :: which < many - 1 -> which++ :: break od
}

inline read_diary() {
  A.diary_v = D.v; A.slots = D.slots; A.struck = D.struck; A.excused = D.excused
}

inline read_slot() {
  A.slot_v = S.v; A.p = S.p; A.marked = S.marked;
  for (x : 0 .. PEOPLE - 1) { A.w[x] = S.w[x] }
}

inline move_up() {       /* model.slot_records.moved_up */
  k = 0;
  for (x : 0 .. PEOPLE - 1) { k = k + ((A.p >> x) & 1) }
  do
  :: moves_up ->
     j = PEOPLE;
     for (x : 0 .. PEOPLE - 1) {
       if
       :: A.w[x] != 0 && (j == PEOPLE || A.w[x] < A.w[j % PEOPLE]) -> j = x
       :: else
       fi
     }
     if
     :: j < PEOPLE -> A.p = A.p | (1 << j); A.w[j % PEOPLE] = 0; k++
     :: else -> break
     fi
  :: else -> break
  od
}

inline answered() {      /* a DELETE */
  MUST(STILL_IN, S.cancelled || !is_in(A.at, A.person));
  for (j : 0 .. AIR - 1) {
    air[j].is_void = air[j].is_void || ((asks(air[j]) || air[j].kind == BOOK || air[j].kind == TAKE || air[j].kind == WAIT)
                                        && air[j].kind != DELETE && air[j].person == A.person && air[j].at == A.at)
  }
}

inline enter() {         /* slots.booking._entered */
  if
  :: S.cancelled || (S.p & ME) || (S.w[A.person] != 0 && (!S.late || S.taken >= S.cap)) -> forget()  /* a repeat too */
  :: else ->
     A.slots = A.slots & ~dropped;
     if
     :: is_banned(A) -> forget()
     :: !is_banned(A) && has_enough ->
#if SLOTS == 2
        MUST(EATEN, !slot[1 - A.at].cancelled);
#endif
        forget()
     :: !is_banned(A) && !has_enough && A.kind == PUT_WAITING && refuses && S.late -> forget()
     :: else ->
        A.slots = A.slots | HERE;
        if
        :: S.w[A.person] != 0 -> A.kind = TAKE; A.cap = S.cap; read_slot(); A.p = A.p | ME; A.w[A.person] = 0
        :: S.w[A.person] == 0 && A.kind == PUT_WAITING && refuses ->
           A.kind = WAIT; clock = A.cap; A.cap = S.cap; read_slot(); A.w[A.person] = rank
        :: else -> A.kind = BOOK; A.late = S.late; A.cap = 0  /* also of a full slot: it was free a second ago */
        fi
     fi
  fi
}

inline give_back() {     /* slots.cancellation._left */
  A.slots = A.slots & ~(dropped | HERE);
  if
  :: is_marked -> forget()
  :: !is_marked && !is_in(A.at, A.person) ->
#ifdef NO_WRITE_ON_NOTHING
     answered(); forget()
#else
     A.kind = NOTHING
#endif
  :: else ->
     if :: S.p & ME -> A.kind = CANCEL :: else -> A.kind = LEAVE fi;
     A.cap = S.cap; read_slot(); A.p = A.p & ~ME; A.w[A.person] = 0; move_up()
  fi
}

inline judge() {         /* slots.strikes: the sweep of a day, or an operator's decision; both read diary and slot */
  d_step {
    if
    :: A.kind == STRIKE && (S.cancelled || !(S.p & ME) || (S.marked & ME) || (D.struck & HERE)) -> forget()
    :: A.kind == EXCUSE && !(D.struck & HERE) -> forget()
    :: else ->
       read_diary();
       A.slots = A.slots & ~dropped; A.slot_v = (A.kind == STRIKE -> S.v : 0);
       A.struck = A.struck | HERE; A.excused = (A.kind == STRIKE -> A.excused : A.excused ^ HERE)
    fi;
    tidy()
  }
}

inline decide() {        /* slots.venue; a check-in marks the person */
  d_step {
    if
    :: S.cancelled || (A.kind == CHECK_IN && (!(S.p & ME) || (S.marked & ME))) || (A.kind == CHANGE && A.cap == S.cap) ->
       forget()
    :: else ->
       read_slot();
       if
       :: A.kind == CHANGE -> move_up()
       :: A.kind == CLOSE -> A.cap = S.cap
       :: A.kind == CHECK_IN -> A.cap = S.cap; A.marked = A.marked | ME
       fi
    fi;
    tidy()
  }
}

/* ---- What was sent arrives. */
inline write_diary() {
  if
  :: is_venues(A)
  :: else ->
     MUST(STRIKE_LOST, (D.struck & ~A.struck) == 0);
     MUST(EXCUSE_LOST, A.kind == EXCUSE || A.excused == D.excused);
     D.slots = A.slots; D.struck = A.struck; D.excused = A.excused;
#ifdef NO_KEPT_DIARY
     D.v = (A.slots == 0 -> 0 : D.v + 1)
#else
     raise_diary()
#endif
  fi
}

inline put_slot() {      /* stores.slots.Slots.replace */
  j = A.p & ~S.p;        /* who comes in */
  k = 0;
  for (x : 0 .. PEOPLE - 1) {
    k = k + ((A.p >> x) & 1);
    MUST(OVERTAKEN, A.kind == TAKE || !((j >> x) & 1) || S.w[x] == 0 || (S.ahead[x] & ~j) == 0);
    MUST(NOT_FINAL, !S.cancelled || A.kind == CANCEL || A.kind == LEAVE);
    MUST(NOT_FINAL, !S.cancelled || (j == 0 && (A.w[x] == 0 || S.w[x] != 0)))
  }
  MUST(OVERBOOKED, j == 0 || k <= A.cap);
  MUST(MARK_LOST, (S.marked & A.marked) == S.marked && (S.marked & A.p) == S.marked);
  k = 0; s = 0;          /* who waits now; who waited */
  for (x : 0 .. PEOPLE - 1) { k = k | ((A.w[x] != 0) << x); s = s | ((S.w[x] != 0) << x) }
  for (x : 0 .. PEOPLE - 1) {
    S.ahead[x] = (((k >> x) & 1) -> (((s >> x) & 1) -> S.ahead[x] & k : s & k) : 0);
    S.w[x] = A.w[x]
  }
  S.p = A.p; S.marked = A.marked; S.cap = A.cap; S.cancelled = S.cancelled || A.kind == CLOSE;
  S.taken = 0; S.waiting = 0;
  for (x : 0 .. PEOPLE - 1) { S.taken = S.taken + ((S.p >> x) & 1); S.waiting = S.waiting + (S.w[x] != 0) }
  raise()
}

#define place_is_free (goes_on && is_out && S.taken < capacity)
inline arrive() {
  if
  :: same_diary(A) && same_slot(A) && A.kind == BOOK ->  /* stores.slots.Slots.book */
     if
     :: place_is_free && is_my_turn ->
        MUST(REVIVED, !A.is_void);
        MUST(BANNED, (D.struck & ~D.excused) == 0);
        MUST(NOT_FINAL, !S.cancelled);
        MUST(BARGED, S.late || S.waiting == 0);
        MUST(OVERBOOKED, S.taken < S.cap);
        write_diary(); S.p = S.p | ME; S.taken++; raise()
     :: else -> MUST(DEAD_PLACE, !(place_is_free && A.late))
     fi
  :: same_diary(A) && same_slot(A) && (A.kind == STRIKE || A.kind == EXCUSE) ->
     MUST(UNFAIR, A.kind == EXCUSE || (!S.cancelled && (S.p & ME) && !(S.marked & ME)));
     write_diary()
  :: same_diary(A) && same_slot(A) && A.kind == NOTHING -> write_diary(); answered()
  :: same_diary(A) && replaces(A) && same_slot(A) ->
     MUST(REVIVED, !A.is_void || (A.kind != WAIT && A.kind != TAKE));
     MUST(BANNED, (D.struck & ~D.excused) == 0 || (A.kind != WAIT && A.kind != TAKE));
     write_diary(); put_slot();
     if :: A.kind == CANCEL || A.kind == LEAVE -> answered() :: else fi
  :: else                /* refused; whoever waits for the answer reads again */
  fi
}

inline select_air(is_asked) {
  if
  :: air[0].kind != 0 && asks(air[0]) == is_asked -> i = 0
#if AIR > 1
  :: air[1].kind != 0 && asks(air[1]) == is_asked -> i = 1
#endif
#if AIR > 2
  :: air[2].kind != 0 && asks(air[2]) == is_asked -> i = 2
#endif
  fi
}
#define is_room (air[AIR - 1].kind == 0)

active proctype City() {
  byte i, j, k, s, x, clock;
  bool known;
  atomic { for (s : 0 .. SLOTS - 1) { slot[s].cap = PLACES } s = 0 };
end:
  do
  :: atomic {            /* a person's request reads the diary, strongly … */
       is_room ->
       if :: start(PUT_BOOKING) :: start(DELETE)
       :: start(PUT_WAITING);
#ifdef NO_RANK_BY_VERSION
          select_one(A.cap, PEOPLE)
#endif
       fi;
       select_one(A.person, PEOPLE); select_one(A.at, SLOTS);
       d_step { read_diary(); tidy() }
     }
  :: atomic {            /* … and then the slot, strongly, and sends its transaction */
       select_air(true);
       d_step { if :: A.kind == DELETE -> give_back() :: else -> enter() fi; tidy() }
     }
  :: atomic { CLOSING > 0 && is_room -> start(CLOSE); select_one(A.at, CLOSING); decide() }
  :: atomic {
       CHANGING > 0 && is_room ->
       start(CHANGE); select_one(A.at, CHANGING); select_one(A.cap, PLACES + 1 - FEWEST); A.cap = A.cap + FEWEST;
       decide()
     }
  :: atomic { DOORS > 0 && is_room -> start(CHECK_IN); select_one(A.at, DOORS); select_one(A.person, PEOPLE); decide() }
#if STRIKES > 0
  :: atomic {
       is_room ->
       if :: start(STRIKE) :: start(EXCUSE) fi;
       select_one(A.person, STRIKES); select_one(A.at, SLOTS);
       judge()
     }
#endif
  :: atomic { select_air(false); d_step { arrive(); audit(); tidy() } }  /* and stays on its way */
  :: atomic { select_air(false); d_step { forget(); tidy() } }           /* lost */
  :: atomic { select_air(true); d_step { forget(); tidy() } }            /* killed */
  :: atomic { CLOCKS > 0 -> select_one(s, CLOCKS); slot[s].late = !slot[s].cancelled; s = 0 }
  od
}
