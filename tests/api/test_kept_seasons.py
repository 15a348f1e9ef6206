"""A restart of the local stack with kept data: seasons stay as operators have edited them."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from infra.client.api import Api
from infra.local.seasons import load_season
from tests.api.stage import Stage
from tests.served import served
from tests.world import campaign


def test_a_season_that_stands_is_left_as_it_is(fresh: Stage, tmp_path: Path) -> None:
    """A season that operators have edited is neither applied again nor published again."""
    file, path = tmp_path / "season.json", {"campaign_id": "season"}
    file.write_text(json.dumps(campaign()))
    with served(fresh) as town, closing(Api(town.url, token=town.token(fresh.operator()))) as api:
        assert load_season(api, file) == ["pack"]
        fresh.operator().send("PUT /admin/batches/{batch_id}/quantity", {"batch_id": "pack"}, body={"quantity": 20})
        document = fresh.operator().send("GET /admin/campaigns/{campaign_id}", path).json
        edited = {**document, "title": "Another", "suspended_districts": ["port"]}
        assert fresh.operator().send("PUT /admin/campaigns/{campaign_id}", path, body=edited).status == 200
        before = fresh.items()
        assert load_season(api, file) == []
        assert fresh.items() == before
