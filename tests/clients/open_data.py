"""Open data, read by libraries that share no code with us: frictionless validates the package, table by table and cell by cell;
joserfc takes the signature with the keys that the registry publishes; rdflib reads the entry for catalogues."""

import hashlib
import json
import pathlib
import sys

import grpc
from frictionless import Package, system
from joserfc import jws
from joserfc.jwk import KeySet
from rdflib import Graph, URIRef

from ensemble.identity.v1 import token_pb2, token_pb2_grpc

address, folder = sys.argv[1], pathlib.Path(sys.argv[2])

# The package: hashes, sizes, types, keys, references between tables.
package = Package(str(folder / "datapackage.json"))
with system.use_context(trusted=True):
    report = package.validate()
wrong = report.flatten(["name", "rowNumber", "fieldName", "message"])
assert report.valid, wrong[:20]
tables = [resource for resource in package.resources if resource.path.startswith("data/") and resource.path.endswith(".csv")]
lines = {task.name: task.stats["rows"] for task in report.tasks if "rows" in task.stats}
assert len(tables) > 40 and lines["partners"] > 0, lines

# Every column is told in both languages.
for resource in tables:
    for field in resource.schema.fields:
        told = field.to_descriptor()
        assert told["title"] and told["title_fr"] and told["description"] and told["description_fr"], (resource.name, told)

# Who published it.
sums = (folder / "SHA256SUMS").read_bytes()
for line in sums.decode().splitlines():
    digest, path = line.split("  ")
    assert hashlib.sha256((folder / path).read_bytes()).hexdigest() == digest, path
answer = token_pb2_grpc.TokenServiceStub(grpc.insecure_channel(address)).GetJsonWebKeySet(
    token_pb2.GetJsonWebKeySetRequest(include_retired=True)
)
keys = KeySet.import_key_set(json.loads(answer.json))
signed = jws.deserialize_compact((folder / "manifest.jws").read_text().strip(), keys, algorithms=["EdDSA", "Ed25519"])
assert signed.headers()["typ"] == "manifest+jwt", signed.headers()
claims = json.loads(signed.payload)
assert set(claims) == {"iss", "iat", "sha256"}, claims
assert claims["sha256"] == hashlib.sha256(sums).hexdigest()

# The entry for catalogues: a dataset, whose files are those of the package.
graph = Graph()
graph.parse(data=(folder / "dcat.jsonld").read_text(), format="json-ld", publicID="https://data.example.org/open/dcat.jsonld")
dcat = "http://www.w3.org/ns/dcat#"
[dataset] = graph.subjects(URIRef("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), URIRef(dcat + "Dataset"))
files = {str(url) for url in graph.objects(None, URIRef(dcat + "downloadURL"))}
assert "https://data.example.org/open/data/partners.csv" in files, files
assert len(files) == len(list(graph.objects(dataset, URIRef(dcat + "distribution"))))

print(f"open data: {len(tables)} tables, {sum(lines.values())} lines: ok")
