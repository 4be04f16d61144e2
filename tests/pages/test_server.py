"""What the control plane tells of itself, to admins and to Prometheus."""


def test_metrics_and_the_page_are_there(world):
    assert 'hyprbox_commit_seconds_bucket{le="+Inf"}' in world.http.get("/metrics").text
    assert "Slowest commit" in world.visitor("ada").get("/dashboard/settings/server").text
