//! What stands in the way of a flood: challenges that work once, and networks that wait.

use futures::future::join_all;
use proto::projects as pb;
use proto::projects::participation::Kind;
use tonic::Code;

use super::{Answer, challenge, create, listed, proven, says, send};
use crate::caller::{done, expect};
use crate::harness::{Network, Store};
use crate::projects::strategy::{Town, town};
use crate::sample;

async fn a_challenge_works_once_and_a_repeated_request_needs_no_other(network: &'static Network) {
    let Town { need, .. } = town(network).await;
    let anyone = network.anonymous();
    let bare = create(says(&need, Kind::Comment));
    expect(Code::FailedPrecondition, "CHALLENGE_REQUIRED", send(&anyone, bare.clone()).await);
    let outsider = network.outsider().await;
    expect(Code::FailedPrecondition, "CHALLENGE_REQUIRED", send(&outsider, bare.clone()).await);
    let forged = pb::CreateParticipationRequest { challenge: "AAAA".to_owned(), ..bare.clone() };
    assert_eq!(
        expect(Code::InvalidArgument, "INVALID_FIELD", send(&anyone, forged).await).fields,
        ["challenge"]
    );
    let good = proven(&anyone, bare).await;
    let wrong = pb::CreateParticipationRequest { solution: good.solution ^ 1, ..good.clone() };
    assert_eq!(
        expect(Code::InvalidArgument, "INVALID_FIELD", send(&anyone, wrong).await).fields,
        ["solution"]
    );
    let rehearsal = pb::CreateParticipationRequest { validate_only: true, ..good.clone() };
    done(send(&anyone, rehearsal).await);

    let at_once = (0..6).map(|_| {
        send(&anyone, pb::CreateParticipationRequest { request_id: sample::request_id(), ..good.clone() })
    });
    let answers = join_all(at_once.chain([send(&anyone, good.clone()), send(&anyone, good.clone())])).await;
    let made: std::collections::BTreeSet<String> = answers
        .iter()
        .filter_map(|answer| answer.as_ref().ok())
        .map(|answer| answer.get_ref().name.clone())
        .collect();
    assert_eq!(made.len(), 1, "{answers:?}");
    for lost in answers.into_iter().filter(Result::is_err) {
        expect(Code::FailedPrecondition, "CHALLENGE_USED", lost);
    }
    expect(Code::FailedPrecondition, "CHALLENGE_USED", {
        send(&anyone, pb::CreateParticipationRequest { request_id: String::new(), ..good }).await
    });
}

/// A challenge that was solved once works once, whichever replica it is brought to.
#[test]
fn a_challenge_works_once_across_replicas() {
    if crate::postgres::Cluster::shared().is_none() {
        return;
    }
    let wanted = [("identity", 1), ("partners", 1), ("projects", 2)];
    let network = Network::several(Store::Postgres, &[], &wanted);
    crate::harness::tell(network, async {
        let Town { need, .. } = town(network).await;
        let anyone = network.anonymous();
        let good = proven(&anyone, create(says(&need, Kind::Comment))).await;
        let replicas = network.addresses("projects");
        assert_eq!(replicas.len(), 2);
        let sent = (0..10).map(|turn| {
            let channel = crate::harness::connect(&replicas[turn % 2]);
            let mut client = pb::participation_service_client::ParticipationServiceClient::new(channel);
            let request = pb::CreateParticipationRequest { request_id: sample::request_id(), ..good.clone() };
            async move { client.create_participation(request).await }
        });
        let answers: Vec<Answer> = join_all(sent).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
        for lost in answers.into_iter().filter(Result::is_err) {
            expect(Code::FailedPrecondition, "CHALLENGE_USED", lost);
        }
    });
}

/// Whoever floods has to wait and has more to do; members of partners, and what was said before, feel nothing of it.
async fn a_flood_of_anonymous_participations_is_kept_out(network: &'static Network) {
    let Town { need, mayor, .. } = town(network).await;
    let anyone = network.anonymous();
    let mut difficulty = Vec::new();
    for _ in 0..40 {
        difficulty.push(challenge(&anyone).await.difficulty);
    }
    assert!(difficulty.windows(2).all(|two| two[0] <= two[1]), "{difficulty:?}");
    assert!(difficulty[39] >= difficulty[0] + 2, "{difficulty:?}");
    let flood = (0..200).map(|_| send(&anyone, create(says(&need, Kind::Comment))));
    let (mut unsolved, mut limited) = (0, 0);
    for answer in join_all(flood).await {
        match answer.unwrap_err().code() {
            Code::FailedPrecondition => unsolved += 1,
            Code::ResourceExhausted => limited += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(unsolved <= 70 && limited >= 130, "{unsolved} {limited}");
    expect(Code::ResourceExhausted, "RATE_LIMITED", send(&anyone, create(says(&need, Kind::Comment))).await);
    assert!(listed(&mayor, &need).await.is_empty());
    done(send(&mayor, create(says(&need, Kind::Comment))).await);
}

told_everywhere!(a_challenge_works_once_and_a_repeated_request_needs_no_other);
told_alone!(a_flood_of_anonymous_participations_is_kept_out);
