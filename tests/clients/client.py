"""What an integration does on its first day, with nothing of ours but proto/."""

import json
import os
import sys
import uuid

import grpc
from google.rpc import error_details_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from grpc_status import rpc_status

from ensemble.common.v1 import event_pb2, external_identifier_pb2, localized_text_pb2
from ensemble.identity.v1 import token_pb2, token_pb2_grpc, user_pb2, user_pb2_grpc
from ensemble.partners.v1 import event_pb2_grpc, partner_pb2, partner_pb2_grpc

import course
import dcat
import places
import template

address, invitation = sys.argv[1:3]
channel = grpc.insecure_channel(address)

# The contracts can be read from the server itself.
assert "ensemble.partners.v1.PartnerService" in ProtoReflectionDescriptorDatabase(channel).get_services()

# Signing in.
users = user_pb2_grpc.UserServiceStub(channel)
password = "a password nobody has guessed yet"
user = users.ActivateUser(user_pb2.ActivateUserRequest(invitation_code=invitation, password=password))
tokens = token_pb2_grpc.TokenServiceStub(channel)
grant = token_pb2.PasswordGrant(email=user.email, password=password)
token = tokens.IssueToken(token_pb2.IssueTokenRequest(password=grant)).access_token
signed_in = [("authorization", f"Bearer {token}")]
assert tokens.GetCurrentPrincipal(token_pb2.GetCurrentPrincipalRequest(), metadata=signed_in).subject == user.name

# Watching, before anything happens.
events = event_pb2_grpc.EventServiceStub(channel).WatchEvents(
    event_pb2.WatchEventsRequest(from_beginning=True), metadata=signed_in, timeout=60
)

# The same request twice is one partner.
partners = partner_pb2_grpc.PartnerServiceStub(channel)
title = localized_text_pb2.LocalizedText(default_language_code="fr")
title.translations["fr"].text = "Ville de Kaolack"
title.translations["en"].text = "City of Kaolack"
request = partner_pb2.CreatePartnerRequest(
    request_id=str(uuid.uuid4()),
    partner=partner_pb2.Partner(
        title=title,
        college="LOCAL_AUTHORITY",
        sector=partner_pb2.Partner.SECTOR_PUBLIC,
        iati_type_code="11",
        country_code="SN",
        identifiers=[external_identifier_pb2.ExternalIdentifier(scheme="WIKIDATA", value="Q845032")],
    ),
)
first = partners.CreatePartner(request, metadata=signed_in)
second = partners.CreatePartner(request, metadata=signed_in)
assert first.name == second.name and first.uid == second.uid

# Texts come in the language asked for, and say which it is.
shown = partners.GetPartner(
    partner_pb2.GetPartnerRequest(name=first.name), metadata=signed_in + [("accept-language", "en")]
)
assert (shown.title.display_text, shown.title.display_language_code) == ("City of Kaolack", "en")

# Every wrong field is named, in French when asked.
try:
    partners.CreatePartner(
        partner_pb2.CreatePartnerRequest(partner=partner_pb2.Partner(college="STATE", country_code="XX")),
        metadata=signed_in + [("accept-language", "fr")],
    )
    sys.exit("a partner without a title was taken")
except grpc.RpcError as refusal:
    assert refusal.code() == grpc.StatusCode.INVALID_ARGUMENT
    fields, message = set(), None
    for detail in rpc_status.from_call(refusal).details:
        if detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
            bad = error_details_pb2.BadRequest()
            detail.Unpack(bad)
            fields = {violation.field for violation in bad.field_violations}
        if detail.Is(error_details_pb2.LocalizedMessage.DESCRIPTOR):
            message = error_details_pb2.LocalizedMessage()
            detail.Unpack(message)
    assert {"partner.title", "partner.sector", "partner.country_code"} <= fields, fields
    assert message.locale == "fr" and "obligatoire" in message.message

# The change was seen, once.
seen = []
for response in events:
    seen += [event for event in response.events if event.subject == first.name]
    if seen:
        events.cancel()
        break
assert len(seen) == 1 and seen[0].type.endswith("/CreatePartner")
carried = partner_pb2.Partner()
assert seen[0].data.Unpack(carried) and carried.name == first.name
print("python: ok")

template.check(channel, signed_in)
dcat.check(channel, signed_in)
places.check(channel, signed_in, os.path.dirname(sys.argv[3]))

# A course is planned here; what comes of it is looked at once its session is over.
with open(sys.argv[3], "w", encoding="utf-8") as file:
    json.dump(course.plan(channel, signed_in, first.name), file)
