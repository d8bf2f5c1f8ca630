"""Digital-inclusion places in the French national format, judged by its own Table Schema with a validator that shares no code with us
(frictionless). The schema stands beside: https://github.com/LaMednum/standard-mediation-num, version 1.0.2, Licence Ouverte 2.0."""

import json
import pathlib

from ensemble.common.v1 import import_pb2
from ensemble.partners.v1 import place_pb2, place_pb2_grpc
from frictionless import Resource, Schema

SCHEMA = pathlib.Path(__file__).with_name("lieux-mediation-numerique.schema.json")
FILE = """id;nom;commune;code_postal;code_insee;adresse;latitude;longitude;courriels;horaires;services;frais_a_charge;date_maj;source
1;"Le Fablab; atelier";Apt;84400;84003;1 rue du Port;43,87;5,39;contact@example.org|awa.diop@example.org;Mo-Fr 09:00-12:00;Aide aux démarches administratives|Loisirs et créations numériques;Gratuit;2024-04-02;Client
2;Cyber;Apt;84400;;2 rue du Port;;;;;;;;Client
"""


def check(channel, metadata, work):
    stub = place_pb2_grpc.PlaceServiceStub(channel)

    def pieces():
        yield import_pb2.ImportRequest(options=import_pb2.ImportOptions(file_name="lieux.csv"))
        yield import_pb2.ImportRequest(chunk=FILE.encode("cp1252"))  # as a spreadsheet program saves it

    report = stub.ImportPlaces(pieces(), metadata=metadata)
    counts = {count.noun: (count.created, count.refused) for count in report.counts}
    assert report.committed and counts["place"] == (2, 0), report
    assert [problem.code for problem in report.problems] == ["EMAIL_PERSONAL"], report.problems
    text = b"".join(piece.chunk for piece in stub.ExportPlaces(place_pb2.ExportPlacesRequest()))
    assert b"awa.diop" not in text, "nobody's own address is given away"
    path = pathlib.Path(work) / "lieux.csv"
    path.write_bytes(text)
    schema = Schema.from_descriptor(json.loads(SCHEMA.read_text(encoding="utf-8")))

    def valid(name):
        return Resource(path=name, basepath=work, schema=schema).validate()

    told = valid("lieux.csv")
    assert told.valid, told.flatten(["rowNumber", "fieldName", "message"])
    # The judge sees: with a postal code of four digits, it no longer is.
    (pathlib.Path(work) / "spoilt.csv").write_bytes(text.replace(b",84400,", b",8440,", 1))
    assert not valid("spoilt.csv").valid
    print("places against their Table Schema: ok")
