"""The page of a preset says what became of the fixes that it was used for."""

from tests.world import finding

LIVE = "/etc/letsencrypt/live/{}/fullchain.pem"


def fix(world, node_id, name, gone):
    """The scan after it sees the certificate still, or does not."""
    agent, seen = world.agent(node_id), finding("tls.expiring", LIVE.format(name))
    agent.beat()
    agent.report(seen, types=["tls.expiring"])
    path = f"/dashboard/findings/{world.finding_id(node_id, 'tls.expiring')}/fix"
    place = world.visitor("ada").post(path, {"preset": "certbot-renew", "p.lineage": name}).headers["location"]
    job_id = place.rpartition("/")[2]
    agent.accept(job_id)
    agent.complete(job_id, 0)
    agent.report(*([] if gone else [seen]), types=["tls.expiring"], job_id=job_id)


def test_a_preset_shows_its_track_record(world):
    page = world.visitor("bo").get("/dashboard/presets/certbot-renew").text
    assert "No fix with it has ended yet." in page

    fix(world, "record-1", "a", gone=True)
    fix(world, "record-2", "b", gone=True)
    fix(world, "record-3", "c", gone=False)
    page = world.visitor("bo").get("/dashboard/presets/certbot-renew").text
    assert '2 <span class="quiet">of 3</span>' in page
    assert "verified fixed, median" in page
    assert "1 not fixed" in page
    assert "1 not fixed" in world.visitor("bo").get("/dashboard/presets").text
