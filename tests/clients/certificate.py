"""Certificates, verified by libraries that share no code with us: joserfc takes the JWS, PyJWT takes it again, and the status list
is read bit by bit as the W3C's recommendation says."""

import base64
import gzip
import json
import sys
import time

import jwt
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet, OKPKey

CONTEXT = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]


def signed(text, key_set):
    """The header and the payload of a JWS that one of these keys signed."""
    header = json.loads(base64url(text.split(".")[0]))
    assert set(header) == {"alg", "kid", "typ"} and header["alg"] == "EdDSA" and header["typ"] == "JWT", header
    [jwk] = [key for key in key_set["keys"] if key["kid"] == header["kid"]]
    assert header["kid"].startswith("https://") and jwk["kty"] == "OKP" and "d" not in jwk, jwk
    key = OKPKey.import_key({name: jwk[name] for name in ("kty", "crv", "x")})
    # RFC 7638: the address of a key ends in its thumbprint.
    assert header["kid"].endswith("#" + key.thumbprint()), header["kid"]
    payload = json.loads(jws.deserialize_compact(text, key, algorithms=["EdDSA"]).payload)
    again = jwt.decode(text, jwt.PyJWK(jwk).key, algorithms=["EdDSA"], options={"verify_aud": False})
    assert again == payload
    changed = ".".join([text.split(".")[0], text.split(".")[1][:-2] + "AA", text.split(".")[2]])
    try:
        jws.deserialize_compact(changed, key, algorithms=["EdDSA"])
        sys.exit("a changed certificate was taken")
    except BadSignatureError:
        pass
    return payload


def base64url(text):
    assert "=" not in text
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def seconds(instant):
    return int(time.mktime(time.strptime(instant + "UTC", "%Y-%m-%dT%H:%M:%SZ%Z"))) - time.timezone


def revoked(list_text, key_set, entry):
    """The bit of a certificate in its status list (W3C Bitstring Status List)."""
    payload = signed(list_text, key_set)
    assert payload["type"] == ["VerifiableCredential", "BitstringStatusListCredential"], payload["type"]
    assert payload["id"] == entry["statusListCredential"] != entry["id"]
    subject = payload["credentialSubject"]
    assert (subject["type"], subject["statusPurpose"]) == ("BitstringStatusList", "revocation"), subject
    encoded = subject["encodedList"]
    assert encoded[0] == "u", "multibase: base64url without padding"
    bits = gzip.decompress(base64url(encoded[1:]))
    assert len(bits) * 8 >= 131072 and subject["ttl"] > 0
    index = int(entry["statusListIndex"])
    # The first index is the leftmost bit.
    return bool(bits[index // 8] >> (7 - index % 8) & 1)


def check(certificate, key_set, list_text):
    payload = signed(certificate, key_set)
    assert payload["@context"] == CONTEXT and payload["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    subject = payload["credentialSubject"]
    assert payload["iss"] == payload["issuer"]["id"] and payload["jti"] == payload["id"] and payload["sub"] == subject["id"]
    assert payload["nbf"] == seconds(payload["validFrom"])
    assert payload.get("exp") == (seconds(payload["validUntil"]) if "validUntil" in payload else None)
    assert subject["achievement"]["achievementType"] == "CertificateOfCompletion"
    return revoked(list_text, key_set, payload["credentialStatus"])


if __name__ == "__main__":
    certificate, keys, status_list = [open(path).read().strip() for path in sys.argv[1:4]]
    key_set = json.loads(keys)
    KeySet.import_key_set({"keys": [{name: key[name] for name in ("kty", "crv", "x")} for key in key_set["keys"]]})
    print("revoked" if check(certificate, key_set, status_list) else "good")
