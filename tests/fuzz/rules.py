"""Why a body that fits the published schema may still be malformed: what no JSON Schema says.

In place of schemathesis' own check `positive_data_acceptance`: each 400 of a schema-valid request is one of these.
"""

from __future__ import annotations

import re

from schemathesis import Case, CheckContext, Response

RULES = (
    # words that JSON Schema has no name for
    r"'.*' is not an IANA time zone",
    r"times lie from .* to before .*",
    r"times are whole seconds",
    r"days lie from .* to before .*",
    r"(day|month|year) .*(out of range|must be in 1\.\.12).*",
    r"is larger than 65536 bytes",
    # 60.0 is an integer to JSON Schema, and none to us
    r"must be a whole number",
    # identities: letters and digits of any script
    r"holds U\+[0-9A-F]+, which no identity may hold",
    r"is empty",
    r"is a list or an object",
    r"is a number in exponent form",
    r"is a boolean",
    r"is what gateways write for no value",
    r"begins with '.*', which is for subjects",
    r"is a person whom add names too, perhaps in another spelling",
    # one document, two of its fields
    r"the window ends before it starts",
    r"amount_minor is above threshold_minor: .*",
    r"days must be above starts_after_days: .*",
    # the first edit of a merchant has to say all
    r"is missing",
    r"hold_max_s above 1800 needs scope\.channels \[online\]",
    r"stores needs merchants to name the one merchant whose stores they are",
    r"extended by 366 days it would be too late: .*",
    r"a granted batch needs eligibility\.group_id",
    r"booking\.closes_at is after closes_at",
    r"a lottery needs a booking that closes before it opens: .*",
    r"only a batch of mode lottery has a draw",
    r"a lottery needs draw: .*",
    r"draw\.at is less than two hours after booking\.closes_at: .*",
    r"opens_at is less than one hour after draw\.at: .*",
    r"the shares of the draw have more packs than the batch",
    r"a lottery has no price_points",
    r"a draw with credit has no limits and one round: .*",
    r"a share is for the members of group_id or for people of regions: .*",
    r"weights: a group appears twice",
    r"add and remove name more than 1000 persons together",
    r"lies in the future",
    # lists whose members know of each other
    r"\w+: '.*' appears twice",
    r"funding shares must add up to 10000 basis points",
    r"merchant_match must be in ascending order of starts_at",
    r"blackout_dates must be in ascending order, each once",
    # a campaign as a whole
    r"the path says '.*'",
    r"(terms|batch) \S+: \w+ '.*' is not declared in this document(; did you mean '.*'\?)?",
    r"batch \S+: rollover_to '.*' is no batch that closes later",
    r"batch \S+: \S+ ends before the last pack is claimed: it ends at .*",
    r"batch \S+: claimed last and extended by 366 days, .*",
    r".* are too much for one revision; send two",
    # a window, and rows of its length
    r"is not before to",
    r"is more than \d+ seconds before to",
    # batches that pay venues, and limits
    r"nobody claims a venue batch, so it has no .*",
    r"batch \S+: a venue batch has the terms of one check-in, not \d+",
    r"batch \S+ pays venues, so terms \S+ need .*",
    r"batch \S+: rollover_to '.*', whose packs nobody claims",
    r"a limit that counts redemptions is per person: .*",
    r"batch \S+ opens at \S+, before '.*' counts, from .*",
    # a visit
    r"is more than 5 minutes ahead of now",
    # a beacon
    r"is no signature: .*",
    r"is not the signature of round \d+ of drand \w+",
    # a slot
    r"state either cancelled or units",
)
OF_PROGRAMMES = (
    r"latitude is from -90 to 90, longitude from -180 to 180",
    # one of its documents, two of its fields
    r"merchant_id and store_id come together",
    r"last_day is before first_day",
    r"to is not after from",
    r"to is before from",
    r"from \S+ to \S+ is no whole number of \d+ minutes",
    r"is less than cancel_until_minutes, \d+: .*",
    r"is less than check_in\.opens_minutes_before, \d+: .*",
    r"needs check_in: .*",
    r"is more than the 100 seats that can be booked by slot: use by: batch",
    r"is missing: by: \w+ needs it",
    r"is only for by: \w+",
    r"a banner needs an image",
    # the documents of one programme
    r"'.*' appears twice",
    r"its slots overlap those of schedule\.\d+, on .*",
    r"overlaps sessions\.\d+: .*",
    r"with seats by slot it has at most 47 characters",
    r"is also a facility_id: .*",
    r"its venue is in '.*'",
    r"the venue '.*' has no merchant, who lets people in",
    r"\d+ new facilities are too many for one revision; add 80 at a time",
    r"\d+ changed partners beside \d+ new facilities are too many for one revision",
    # points
    r"overlaps rules\.\d+: a visit of kind '.*' would earn by both",
    r"bonuses\.\d+ is a first_of_kind already",
    r"must be (the first day of a month|1 January): a cap holds for whole windows",
    r"caps\.\d+ begins there too",
    r"is less than all partners' points_max together, \d+",
)
OF_ITS_CAMPAIGN = (
    r"there is no [a-z ]+ '.*'",
    r"there is no [a-z ]+ '.*'; did you mean '.*'\?",
    r"there is no district '.*' here: its store is in '.*'",
    r"is missing: batch '.*' costs points, which nothing would earn",
    r"its slots can never meet the terms '.*': .*, at a price of .*",
    r"is before the campaign's first day, .*",
    r"is after the campaign's last day, .*",
    r"is before the campaign starts, .*",
    r"is after the campaign ends, .*",
    r"must be after \S+, when '.*' opens the same day: .*",
    r"must be a whole minute: .*",
    r"begins at the same wall time as sessions\.\d+: .*",
)
"""Said of a programme that is sent, and of the campaign that would no longer have what its programme names."""
_IN_A_PLAN = (
    *(rf"programme\.[\w.]+: {rule}" for rule in OF_ITS_CAMPAIGN),
    r"the programme's schedules are in '.*', .*",
)
_ALL = (*RULES, *OF_PROGRAMMES, *OF_ITS_CAMPAIGN, *_IN_A_PLAN)
_RULE = re.compile("|".join(f"(?:{rule})" for rule in _ALL), re.DOTALL)


def listed_rules(_context: CheckContext, response: Response, case: Case) -> None:
    """A schema-valid request is malformed by a listed rule, or its code is none of ours."""
    if response.status_code != 400 or case.meta is None or case.meta.generation.mode.is_negative:
        return
    problem = response.json()
    if problem["type"] == "/problems/code-invalid":
        return
    unlisted = [error for error in problem["errors"] if not _RULE.fullmatch(error["message"])]
    assert not unlisted, f"malformed by no listed rule: {unlisted}"
