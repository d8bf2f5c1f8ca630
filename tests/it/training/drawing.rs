//! Stories of seats drawn from a commitment (LES-15): never more than was confirmed, however many draw at once.

use proto::common::DecimalValue;
use proto::partners::Commitment;
use proto::partners::commitment::Nature;
use proto::training as pb;
use proto::training::session_service_client::SessionServiceClient;
use tonic::Code;

use super::session::{self, School, meeting, school};
use crate::caller::{Caller, done, expect};
use crate::harness::{Network, connect};
use crate::partners::commitment::{confirm, formed_of, pledge};
use crate::projects::reporting::days;
use crate::sample;

/// A commitment of so many seats that the school gives to a partnership, by name.
async fn seats(network: &'static Network, school: &School, many: i64) -> String {
    let lead = network.active_partner().await.name;
    let formed = formed_of(network, vec![lead, school.partner.clone()]).await;
    let commitment = Commitment {
        partner: school.partner.clone(),
        resource_type: "TRAINING".to_owned(),
        nature: Nature::InKind.into(),
        description: Some(sample::text("fr", "Des places de formation.")),
        quantity: Some(DecimalValue { value: many.to_string() }),
        unit: "SEAT".to_owned(),
        period: days(-30, 300),
        ..Default::default()
    };
    done(pledge(&school.admin, &formed.name, commitment).await).name
}

async fn summary(by: &Caller, commitment: &str) -> pb::SummarizeSeatsResponse {
    let request = pb::SummarizeSeatsRequest { commitment: commitment.to_owned() };
    done(by.sessions().summarize_seats(request).await)
}

fn drawing(school: &School, day: i64, commitment: &str, seats: i32) -> pb::Session {
    pb::Session {
        meetings: vec![meeting(day, 0)],
        commitment: commitment.to_owned(),
        commitment_seats: seats,
        ..school.draft(10)
    }
}

/// Sixty-four sessions want 3 of 100 seats each, at once and of all processes: 33 open. What one gives back another takes.
async fn les_15_sixty_four_sessions_draw_from_one_commitment(network: &'static Network) {
    let school = school(network).await;
    let commitment = seats(network, &school, 100).await;
    let mut planned = Vec::new();
    for index in 0..64 {
        let made = school.plan(&school.admin, drawing(&school, 10 + index, &commitment, 3)).await;
        planned.push(done(made).name);
    }
    let refused = expect(Code::FailedPrecondition, "LES_15", session::open(&school.admin, &planned[0]).await);
    assert!(refused.facts.is_empty(), "nobody confirmed it");
    done(confirm(&school.admin, &commitment).await);
    let addresses = network.addresses("training");
    let race = planned.iter().enumerate().map(|(index, name)| {
        let channel = connect(&addresses[index % addresses.len()]);
        let mut sessions = SessionServiceClient::with_interceptor(channel, school.admin.who.clone());
        let request = pb::OpenSessionRequest { name: name.clone(), ..Default::default() };
        async move { (name, sessions.open_session(request).await) }
    });
    let (mut won, mut lost) = (Vec::new(), Vec::new());
    for (name, answer) in futures::future::join_all(race).await {
        match answer {
            Ok(_) => won.push(name),
            refused => {
                let refused = expect(Code::FailedPrecondition, "LES_15", refused);
                assert_eq!(refused.facts["left"], "1");
                lost.push(name);
            }
        }
    }
    assert_eq!((won.len(), lost.len()), (33, 31));
    let nobody = network.anonymous();
    let drawn = summary(&school.admin, &commitment).await;
    assert_eq!((drawn.entitled_seats, drawn.drawn_seats, drawn.left_seats), (100, 99, 1));
    assert_eq!((drawn.draws.len(), drawn.warnings.len()), (33, 0));
    assert!(drawn.draws.is_sorted_by_key(|draw| draw.start_time.unwrap().seconds));

    // Three are given back, and one that was left: one session opens, and another does not.
    done(session::cancel(&school.admin, won[0]).await);
    done(session::open(&school.admin, lost[0]).await);
    expect(Code::FailedPrecondition, "LES_15", session::open(&school.admin, lost[1]).await);
    // What an open session wants more is asked for; what it gives back is not.
    let mut open = done(session::read(&school.admin, won[1]).await);
    open.commitment_seats = 5;
    let more = session::change(&school.admin, open.clone(), "commitment_seats").await;
    expect(Code::FailedPrecondition, "LES_15", more);
    open.commitment_seats = 4;
    done(session::change(&school.admin, open.clone(), "commitment_seats").await);
    open.commitment_seats = 1;
    done(session::change(&school.admin, open, "commitment_seats").await);
    let drawn = summary(&school.admin, &commitment).await;
    assert_eq!((drawn.drawn_seats, drawn.left_seats), (97, 3));
    done(session::open(&school.admin, lost[1]).await);

    // Taken back, it has none: what was drawn stays drawn, and is said (AMY #2830).
    let request = proto::partners::CancelCommitmentRequest {
        name: commitment.clone(),
        reason: "The grant was cut.".to_owned(),
        ..Default::default()
    };
    done(school.admin.commitments().cancel_commitment(request).await);
    let over = summary(&school.admin, &commitment).await;
    assert_eq!((over.entitled_seats, over.drawn_seats, over.left_seats), (0, 100, 0));
    assert_eq!(over.warnings[0].rule, "LES-15");
    expect(Code::FailedPrecondition, "LES_15", session::open(&school.admin, lost[2]).await);
    let asked = pb::SummarizeSeatsRequest { commitment: commitment.clone() };
    let hidden = nobody.sessions().summarize_seats(asked).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", hidden).fields, ["commitment"]);
}

/// Whose commitment it is, and what it is counted in, is looked at before anything is drawn.
async fn les_15_a_session_draws_from_what_its_providers_give_or_receive(network: &'static Network) {
    let (school, other) = (school(network).await, school(network).await);
    let theirs = seats(network, &other, 10).await;
    done(confirm(&other.admin, &theirs).await);
    let made = done(school.plan(&school.admin, drawing(&school, 10, &theirs, 3)).await);
    let refused = session::open(&school.admin, &made.name).await;
    assert!(refused.is_err(), "a stranger's");
    let absent = drawing(&school, 11, "partnerships/none/commitments/none", 3);
    let absent = done(school.plan(&school.admin, absent).await);
    let refused = session::open(&school.admin, &absent.name).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, ["commitment"]);
    for (commitment, count) in [("", 3), (theirs.as_str(), 0), (theirs.as_str(), 11)] {
        let refused = school.plan(&school.admin, drawing(&school, 12, commitment, count)).await;
        let refused = expect(Code::InvalidArgument, "INVALID_FIELD", refused);
        assert_eq!(refused.fields, ["session.commitment_seats"]);
    }
}

told_everywhere!(
    les_15_sixty_four_sessions_draw_from_one_commitment,
    les_15_a_session_draws_from_what_its_providers_give_or_receive,
);
