"""A course from its plan to the certificates of those who completed it, by an integration that has nothing of ours but proto/.

First `plan`, by a registry whose clock is twelve days late; then `certify`, by one whose clock is right, when it is over."""

import base64
import json
import sys
import time

import grpc
from ensemble.common.v1 import alignment_pb2, date_range_pb2, localized_text_pb2
from ensemble.identity.v1 import membership_pb2, membership_pb2_grpc, token_pb2, token_pb2_grpc, user_pb2, user_pb2_grpc
from ensemble.auth.v1 import access_pb2
from ensemble.partners.v1 import partner_pb2, partner_pb2_grpc
from ensemble.training.v1 import (
    certificate_pb2,
    certificate_pb2_grpc,
    enrolment_pb2,
    enrolment_pb2_grpc,
    mode_pb2,
    participant_pb2,
    participant_pb2_grpc,
    programme_pb2,
    programme_pb2_grpc,
    session_pb2,
    session_pb2_grpc,
    trainer_pb2,
    trainer_pb2_grpc,
)
from google.protobuf.timestamp_pb2 import Timestamp
from google.type import date_pb2

import catalogue
import certificate as independent

PASSWORD = "a password nobody has guessed yet"
DAY = 86400
# The clock of the registry that plans it, as `run` starts it.
LATE = -12 * DAY


def text(french):
    said = localized_text_pb2.LocalizedText(default_language_code="fr")
    said.translations["fr"].text = french
    return said


def bearer(channel, email):
    grant = token_pb2.PasswordGrant(email=email, password=PASSWORD)
    tokens = token_pb2_grpc.TokenServiceStub(channel)
    token = tokens.IssueToken(token_pb2.IssueTokenRequest(password=grant)).access_token
    return [("authorization", f"Bearer {token}")]


def in_days(days, hours=0):
    return Timestamp(seconds=int(time.time()) + LATE + days * DAY + hours * 3600)


def date(days):
    day = time.gmtime(time.time() + LATE + days * DAY)
    return date_pb2.Date(year=day.tm_year, month=day.tm_mon, day=day.tm_mday)


def plan(channel, coordinator, partner):
    """A session in ten days, with one person in it; answers what is needed later."""
    email = "school@example.org"
    users = user_pb2_grpc.UserServiceStub(channel)
    invited = users.CreateUser(
        user_pb2.CreateUserRequest(user=user_pb2.User(email=email, language_code="fr")), metadata=coordinator
    )
    users.ActivateUser(user_pb2.ActivateUserRequest(invitation_code=invited.invitation_code, password=PASSWORD))
    membership = membership_pb2.Membership(user=invited.name, role=access_pb2.ROLE_PARTNER_ADMIN)
    membership_pb2_grpc.MembershipServiceStub(channel).CreateMembership(
        membership_pb2.CreateMembershipRequest(parent=partner, membership=membership), metadata=coordinator
    )
    partners = partner_pb2_grpc.PartnerServiceStub(channel)
    partners.ApprovePartner(partner_pb2.ApprovePartnerRequest(name=partner), metadata=coordinator)
    # identity hears of the approval from the feed of partners: until then a token does not know the partner's sector.
    tokens = token_pb2_grpc.TokenServiceStub(channel)
    while True:
        admin = bearer(channel, email)
        try:
            me = tokens.GetCurrentPrincipal(token_pb2.GetCurrentPrincipalRequest(), metadata=admin)
        except grpc.RpcError:
            continue
        if any(role.sector for role in me.partner_roles):
            break

    digcomp = alignment_pb2.Alignment(
        framework=alignment_pb2.Alignment.FRAMEWORK_DIGCOMP, framework_version="3.0", target_code="1.2"
    )
    programmes = programme_pb2_grpc.ProgrammeServiceStub(channel)
    programme = programmes.CreateProgramme(
        programme_pb2.CreateProgrammeRequest(
            programme=programme_pb2.Programme(
                title=text("Aider à la déclaration en ligne"),
                description=text("On y apprend à aider."),
                providers=[partner],
                learning_opportunity_type="WORKSHOP",
                capacity_level=programme_pb2.CAPACITY_LEVEL_INDIVIDUAL,
                outcomes=[programme_pb2.LearningOutcome(text=text("Reconnaître un faux site"), alignment=digcomp)],
                workload_hours=4,
                languages=["fr"],
                completion_rule=programme_pb2.CompletionRule(),
                certificate=programme_pb2.CertificateRule(enabled=True, validity_months=24),
                recommendations=["recommendations/idt-8"],
            )
        ),
        metadata=admin,
    )
    programmes.PublishProgramme(programme_pb2.PublishProgrammeRequest(name=programme.name), metadata=admin)
    trainers = trainer_pb2_grpc.TrainerServiceStub(channel)
    trainer = trainers.CreateTrainer(
        trainer_pb2.CreateTrainerRequest(
            trainer=trainer_pb2.Trainer(
                user=invited.name, partner=partner, competences=[digcomp], languages=["fr"], available=True
            )
        ),
        metadata=admin,
    )
    trainers.ApproveTrainer(trainer_pb2.ApproveTrainerRequest(name=trainer.name), metadata=coordinator)
    sessions = session_pb2_grpc.SessionServiceStub(channel)
    meeting = session_pb2.SessionMeeting(start_time=in_days(10), end_time=in_days(10, 2))
    session = sessions.CreateSession(
        session_pb2.CreateSessionRequest(
            parent=programme.name,
            session=session_pb2.Session(
                mode=mode_pb2.MODE_ONSITE,
                meetings=[meeting],
                time_zone="Europe/Paris",
                language_code="fr",
                trainers=[trainer.name],
                capacity=session_pb2.SessionCapacity(onsite=5),
                enrolment_period=date_range_pb2.DateRange(start_date=date(-1), end_date=date(9)),
                offline_enrolment_contact="À l'accueil",
            ),
        ),
        metadata=admin,
    )
    sessions.OpenSession(session_pb2.OpenSessionRequest(name=session.name), metadata=admin)
    catalogue.check(channel)
    catalogue.imported(channel, coordinator)
    person = participant_pb2_grpc.ParticipantServiceStub(channel).CreateParticipant(
        participant_pb2.CreateParticipantRequest(
            participant=participant_pb2.Participant(
                partner=partner,
                given_name="Awa",
                family_name="Diop",
                language_code="fr",
                information_notice_time=in_days(-1),
            )
        ),
        metadata=admin,
    )
    enrolment = enrolment_pb2_grpc.EnrolmentServiceStub(channel).EnrolParticipant(
        enrolment_pb2.EnrolParticipantRequest(
            parent=session.name,
            enrolment=enrolment_pb2.Enrolment(participant=person.name, mode=mode_pb2.MODE_ONSITE),
        ),
        metadata=admin,
    )
    return {"email": email, "enrolment": enrolment.name}


def certify(channel, course, folder):
    """Issues the certificate, and has it checked by others; leaves it, the keys and the list in files."""
    admin = bearer(channel, course["email"])
    enrolment_pb2_grpc.EnrolmentServiceStub(channel).CompleteEnrolment(
        enrolment_pb2.CompleteEnrolmentRequest(
            name=course["enrolment"],
            outcome=enrolment_pb2.CompleteEnrolmentRequest.OUTCOME_COMPLETED,
            reason="She did all of it.",
        ),
        metadata=admin,
    )
    certificates = certificate_pb2_grpc.CertificateServiceStub(channel)
    issued = certificates.IssueCertificate(
        certificate_pb2.IssueCertificateRequest(enrolment=course["enrolment"]), metadata=admin
    )
    name = certificate_pb2.GetCertificateRequest(name=issued.name)
    text = certificates.GetCertificate(name, metadata=admin).compact_jws

    def lists():
        keys = certificates.GetIssuerKeys(certificate_pb2.GetIssuerKeysRequest()).json
        asked = certificate_pb2.GetStatusListRequest(name=issued.status_list)
        return keys, certificates.GetStatusList(asked).compact_jws

    def verdict(text):
        asked = certificate_pb2.VerifyCertificateRequest(compact_jws=text)
        found = certificates.VerifyCertificate(asked).verdict
        return certificate_pb2.VerifyCertificateResponse.Verdict.Name(found)

    keys, status_list = lists()
    assert independent.check(text, json.loads(keys), status_list) is False, "it was revoked already"
    assert "Awa" not in base64.urlsafe_b64decode(text.split(".")[1] + "===").decode(), "a name in a credential"
    assert verdict(text) == "VERDICT_VALID"
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    assert verdict(".".join([unsigned, text.split(".")[1], ""])) == "VERDICT_INVALID_SIGNATURE"
    save(folder, "certificate.jwt", text)
    save(folder, "jwks.json", keys)
    save(folder, "good.jwt", status_list)
    save(folder, "name", issued.name)

    revoke = certificate_pb2.RevokeCertificateRequest(name=issued.name, reason="It was someone else.")
    certificates.RevokeCertificate(revoke, metadata=admin)
    keys, status_list = lists()
    assert independent.check(text, json.loads(keys), status_list) is True, "its bit is not set"
    assert verdict(text) == "VERDICT_REVOKED"
    save(folder, "revoked.jwt", status_list)
    print("joserfc, PyJWT: ok")


def save(folder, name, text):
    with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    address, folder = sys.argv[1:3]
    with open(f"{folder}/course.json", encoding="utf-8") as file:
        certify(grpc.insecure_channel(address), json.load(file), folder)
