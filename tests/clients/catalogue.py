"""The catalogue of training, read by a processor of linked data that shares no code with us (PyLD): what its RDF says of sessions is
what the API lists. Nothing is fetched: its context is in the file."""

import datetime
import json
import os
import pathlib
import sys

from ensemble.common.v1 import import_pb2, lifecycle_pb2
from ensemble.training.v1 import (
    mode_pb2,
    programme_pb2,
    programme_pb2_grpc,
    session_import_pb2_grpc,
    session_pb2,
    session_pb2_grpc,
)
from pyld import jsonld

SCHEMA = "https://schema.org/"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
ATTENDANCE = {
    mode_pb2.MODE_ONSITE: "OfflineEventAttendanceMode",
    mode_pb2.MODE_ONLINE: "OnlineEventAttendanceMode",
    mode_pb2.MODE_HYBRID: "MixedEventAttendanceMode",
}


def nothing(url, _):
    sys.exit(f"the catalogue asks for {url}: it is to be read without a network")


def triples(text):
    """What a catalogue says, as subject, predicate and object."""
    dataset = jsonld.to_rdf(json.loads(text), {"documentLoader": nothing})
    return [(t["subject"]["value"], t["predicate"]["value"], t["object"]) for t in dataset["@default"]]


REAL = pathlib.Path(__file__).parents[2] / "../shared/data/digitalgov-training/digitalgov-events-2017-2022.json"


def imported(channel, coordinator):
    """The real sessions of others, taken over, are in the catalogue with those that are over."""
    if not REAL.exists():
        assert "CI" not in os.environ, f"{REAL} is missing"
        print(f"SKIPPED for want of {REAL}")
        return
    pieces = [
        import_pb2.ImportRequest(options=import_pb2.ImportOptions(file_name=REAL.name)),
        import_pb2.ImportRequest(chunk=REAL.read_bytes()),
    ]
    stub = session_import_pb2_grpc.SessionImportServiceStub(channel)
    report = stub.ImportSessions(iter(pieces), metadata=coordinator)
    [count] = [count for count in report.counts if count.noun == "session"]
    assert report.committed and (count.created, count.refused) == (302, 0), report
    check(channel, with_past=True, of_others=302)


def check(channel, with_past=False, of_others=0):
    """Both are read by nobody in particular: what is open is for anyone."""
    pieces = programme_pb2_grpc.ProgrammeServiceStub(channel).GetProgrammeCatalogue(
        programme_pb2.GetProgrammeCatalogueRequest(with_past=with_past)
    )
    said = triples(b"".join(piece.chunk for piece in pieces))

    known = {}
    for who, how, what in said:
        known.setdefault((who, how), []).append(what)

    def objects(subject, name):
        return known.get((subject, SCHEMA + name), [])

    def one(subject, name):
        [found] = objects(subject, name)
        return found

    def instant(subject, name):
        found = one(subject, name)
        assert found["datatype"] == SCHEMA + "DateTime", found
        return int(datetime.datetime.fromisoformat(found["value"]).timestamp())

    def typed(name):
        return {who for who, how, what in said if how == TYPE and what["value"] == SCHEMA + name}

    taught = {}
    for who, how, what in said:
        if how == SCHEMA + "hasCourseInstance":
            taught.setdefault(what["value"], []).append(who)
    listed = {}
    stub = session_pb2_grpc.SessionServiceStub(channel)
    states = ["OPEN", "IN_PROGRESS"] + (["COMPLETED", "CLOSED"] if with_past else [])
    states = " OR ".join(f"state = {state}" for state in states)
    request = session_pb2.ListSessionsRequest(parent="programmes/-", filter=states, page_size=1000)
    while True:
        page = stub.ListSessions(request)
        listed.update({f"urn:uuid:{session.uid}": session for session in page.sessions})
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert listed and typed("CourseInstance") == set(listed), (typed("CourseInstance"), set(listed))
    others = [one for one in listed.values() if one.origin == lifecycle_pb2.ORIGIN_IMPORTED]
    assert len(others) == of_others, len(others)
    for subject, session in listed.items():
        assert one(subject, "identifier")["value"] == session.name
        assert instant(subject, "startDate") == session.start_time.seconds
        # What nobody said of an imported one is left out.
        ends = [instant(subject, "endDate")] if objects(subject, "endDate") else []
        assert ends == ([session.end_time.seconds] if session.HasField("end_time") else []), ends
        modes = [mode["value"] for mode in objects(subject, "eventAttendanceMode")]
        assert modes == [SCHEMA + ATTENDANCE[mode] for mode in [session.mode] if mode in ATTENDANCE], modes
        assert one(subject, "inLanguage")["value"] == session.language_code
        names = {name["language"]: name["value"] for name in objects(subject, "name")}
        assert names == {code: text.text for code, text in session.title.translations.items()}, names
        assert len(objects(subject, "subEvent")) == len(session.meetings)
        [course] = taught[subject]
        assert course in typed("Course")
        assert one(course, "identifier")["value"] == "/".join(session.name.split("/")[:2])
        providers = [one(who["value"], "identifier")["value"] for who in objects(course, "provider")]
        assert sorted(providers) == sorted(session.providers), providers
        terms = [one(term["value"], "termCode")["value"] for term in objects(course, "teaches")]
        imported_one = session.origin == lifecycle_pb2.ORIGIN_IMPORTED
        assert terms or imported_one, "what is learnt is told by its code"
    print(f"catalogue as linked data, of {len(listed)} sessions: ok")
