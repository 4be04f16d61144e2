"""The agent's JSON: strict about types, lenient about what it does not know."""

import pytest

from hyprwire import FindingReport, Heartbeat, Job, OutputAck, codec
from tests.cast import BEAT


def test_what_is_encoded_decodes_to_the_same():
    assert codec.decode(Heartbeat, codec.encode(BEAT)) == BEAT


def test_a_key_from_the_future_is_ignored():
    assert codec.decode(Job, b'{"id":"1","script":"true","colour":"red"}') == Job(id="1", script="true")


def test_null_means_the_default():
    assert codec.decode(Job, b'{"id":"1","script":"true","timeoutSeconds":null,"env":null}').timeoutSeconds == 1800


def test_nested_types_are_built():
    scan = b'{"id":"s","seq":1,"scanners":[{"name":"tls","types":["tls.expiring"]}]}'
    report = codec.decode(FindingReport, b'{"nodeId":"eu-1","findings":[],"scan":%s}' % scan)
    assert report.scan is not None
    assert report.scan.scanners[0].types == ["tls.expiring"]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b'{"script":"true"}', "Job.id is missing"),
        (b'{"id":7,"script":"true"}', "Job.id is 7, expected str"),
        (b'{"id":"1","script":"true","timeoutSeconds":"9"}', "Job.timeoutSeconds is '9', expected number"),
        (b'{"id":"1","script":"true","timeoutSeconds":true}', "expected number"),
        (b'{"id":"1","script":"true","env":{"A":1}}', "Job.env.A is 1, expected str"),
        (b"[]", r"Job is \[\], expected dict"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_wrong_type_is_named(body, complaint):
    with pytest.raises(ValueError, match=complaint):
        codec.decode(Job, body)


def test_a_plain_api_answers_nothing():
    assert codec.decode(OutputAck, b"{}") == OutputAck()
