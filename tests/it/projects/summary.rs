//! How projects stand: counted for those who may know, of what they ask for.

use proto::projects as pb;
use proto::projects::project::State;
use proto::projects::report::{Punctuality, Rating};
use tonic::Code;

use super::lead;
use super::reporting::{halves, reporting};
use crate::caller::{Caller, done, expect};
use crate::harness::Network;

async fn summary(caller: &Caller, partner: &str) -> pb::SummarizeProjectsResponse {
    let request = pb::SummarizeProjectsRequest { partner: partner.to_owned(), ..Default::default() };
    done(caller.results().summarize_projects(request).await)
}

fn punctualities(told: &pb::SummarizeProjectsResponse) -> Vec<(Punctuality, i32)> {
    told.punctualities.iter().map(|counted| (counted.punctuality(), counted.count)).collect()
}

/// Two projects under way and a draft: the draft for those who see it, what is owed for those whom it concerns.
async fn the_projects_of_a_partner_are_counted_as_far_as_the_caller_sees(network: &'static Network) {
    let (partner, admin) = lead(network).await;
    let [earlier, later] = halves(network).await;
    let (first, second) = (reporting(network, &partner).await, reporting(network, &partner).await);
    super::promising(network, &partner).await;
    first.accepted(&admin, &earlier, "100").await;
    second.submitted(&admin, &later, "200").await;

    let coordinator = network.coordinator().await;
    for caller in [&admin, &coordinator] {
        let told = summary(caller, &partner).await;
        let states: Vec<_> = told.states.iter().map(|counted| (counted.state(), counted.count)).collect();
        assert_eq!(states, [(State::Draft, 1), (State::Active, 2)]);
        assert_eq!(
            punctualities(&told),
            [
                (Punctuality::DueSoon, 1),
                (Punctuality::OnTime, 1),
                (Punctuality::Late, 1),
                (Punctuality::Overdue, 1)
            ]
        );
        let ratings: Vec<_> = told.ratings.iter().map(|counted| (counted.rating(), counted.count)).collect();
        assert_eq!(ratings, [(Rating::Green, 2)]);
        assert_eq!((told.reports_to_review, told.reviews_overdue, told.projects_to_review), (1, 0, 0));
        assert_eq!((told.needs_qualified, told.needs_addressed), (3, 2), "PRJ-6");
        let budget: Vec<_> =
            told.budget.iter().map(|money| (money.currency_code.as_str(), money.minor_units)).collect();
        assert_eq!(budget, [("EUR", 200_000)], "of what was approved");
        assert_eq!((told.dormant, told.with_gaps), (0, 0));
    }

    let (nobody, stranger) = (network.anonymous(), network.outsider().await);
    for other in [&nobody, &stranger] {
        let told = summary(other, &partner).await;
        let states: Vec<_> = told.states.iter().map(|counted| (counted.state(), counted.count)).collect();
        assert_eq!(states, [(State::Active, 2)]);
        assert!(told.punctualities.is_empty() && told.attention.is_empty(), "LES-23");
        assert_eq!(told.reports_to_review, 0, "LES-23");
    }
    let wrong = pb::SummarizeProjectsRequest {
        territory: "paris".to_owned(),
        partner: "projects/p".to_owned(),
        ..Default::default()
    };
    let refused = nobody.results().summarize_projects(wrong).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, ["territory", "partner"]);
}

told_everywhere!(the_projects_of_a_partner_are_counted_as_far_as_the_caller_sees);
