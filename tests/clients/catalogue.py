"""The catalogue of training, read by a processor of linked data that shares no code with us (PyLD): what its RDF says of sessions is
what the API lists. Nothing is fetched: its context is in the file."""

import datetime
import json
import sys

from ensemble.training.v1 import mode_pb2, programme_pb2, programme_pb2_grpc, session_pb2, session_pb2_grpc
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


def check(channel):
    """Both are read by nobody in particular: what is open is for anyone."""
    pieces = programme_pb2_grpc.ProgrammeServiceStub(channel).GetProgrammeCatalogue(
        programme_pb2.GetProgrammeCatalogueRequest()
    )
    said = triples(b"".join(piece.chunk for piece in pieces))

    def objects(subject, name):
        return [what for who, how, what in said if who == subject and how == SCHEMA + name]

    def one(subject, name):
        [found] = objects(subject, name)
        return found

    def instant(subject, name):
        found = one(subject, name)
        assert found["datatype"] == SCHEMA + "DateTime", found
        return int(datetime.datetime.fromisoformat(found["value"]).timestamp())

    def typed(name):
        return {who for who, how, what in said if how == TYPE and what["value"] == SCHEMA + name}

    listed = {}
    stub = session_pb2_grpc.SessionServiceStub(channel)
    request = session_pb2.ListSessionsRequest(parent="programmes/-", filter="state = OPEN OR state = IN_PROGRESS")
    while True:
        page = stub.ListSessions(request)
        listed.update({f"urn:uuid:{session.uid}": session for session in page.sessions})
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert listed and typed("CourseInstance") == set(listed), (typed("CourseInstance"), set(listed))
    for subject, session in listed.items():
        assert one(subject, "identifier")["value"] == session.name
        assert instant(subject, "startDate") == session.start_time.seconds
        assert instant(subject, "endDate") == session.end_time.seconds
        assert one(subject, "eventAttendanceMode")["value"] == SCHEMA + ATTENDANCE[session.mode]
        assert one(subject, "inLanguage")["value"] == session.language_code
        names = {name["language"]: name["value"] for name in objects(subject, "name")}
        assert names == {code: text.text for code, text in session.title.translations.items()}, names
        assert len(objects(subject, "subEvent")) == len(session.meetings)
        [course] = [who for who, how, what in said if how == SCHEMA + "hasCourseInstance" and what["value"] == subject]
        assert course in typed("Course")
        assert one(course, "identifier")["value"] == "/".join(session.name.split("/")[:2])
        providers = [one(who["value"], "identifier")["value"] for who in objects(course, "provider")]
        assert sorted(providers) == sorted(session.providers), providers
        terms = [one(term["value"], "termCode")["value"] for term in objects(course, "teaches")]
        assert terms, "what is learnt is told by its code"
    print("catalogue as linked data: ok")
