//! TRN-9: two hundred people want ten seats, at once and of two replicas: ten have one, and the queue is in order, whoever
//! leaves it.

use proto::training as pb;
use proto::training::enrolment::State;
use proto::training::enrolment_service_client::EnrolmentServiceClient;

use super::noticed;
use crate::caller::{Signed, Who, done};
use crate::harness::{Network, Store, connect, tell};
use crate::training::enrolment::{listed, request};
use crate::training::session::school;

const SEATS: usize = 10;
const PEOPLE: usize = 200;
/// People who share a connection, as they would a counter.
const TOGETHER: usize = 50;

/// Where someone stands in a session.
#[derive(Clone, Debug, PartialEq)]
struct Stand {
    name: String,
    state: State,
    position: usize,
}

impl Stand {
    fn of(enrolment: &pb::Enrolment) -> Self {
        let position = usize::try_from(enrolment.waitlist_position).unwrap();
        Self { name: enrolment.name.clone(), state: enrolment.state(), position }
    }
}

/// As many have a seat as there are, and the places of those who wait go from 1 on, without a hole.
fn of_seats(stands: &[Stand]) -> Result<(), String> {
    let seated = stands.iter().filter(|stand| stand.state == State::Confirmed).count();
    let mut places: Vec<usize> =
        stands.iter().filter(|stand| stand.state == State::Waitlisted).map(|stand| stand.position).collect();
    places.sort_unstable();
    if seated > SEATS || seated < SEATS && !places.is_empty() {
        return Err(format!("{seated} people have one of {SEATS} seats, {} wait", places.len()));
    }
    match places.iter().zip(1..).find(|(place, expected)| **place != *expected) {
        Some((place, expected)) => {
            Err(format!("the queue has a place {place} where {expected} was expected"))
        }
        None => Ok(()),
    }
}

/// Those who did not leave stand in the order in which they stood before; the first of them have the seats.
fn of_order(before: &[Stand], after: &[Stand]) -> Result<(), String> {
    let rank = |stand: &Stand| (stand.state != State::Confirmed, stand.position);
    let mut queue: Vec<&Stand> = before.iter().collect();
    queue.sort_by_key(|stand| rank(stand));
    let still = |stand: &&Stand| {
        after.iter().find(|now| now.name == stand.name).filter(|now| now.state != State::Cancelled)
    };
    for (index, now) in queue.iter().filter_map(still).enumerate() {
        let expected = match index < SEATS {
            true => (State::Confirmed, 0),
            false => (State::Waitlisted, index + 1 - SEATS),
        };
        if (now.state, now.position) != expected {
            return Err(format!("{now:?} where {expected:?} was due"));
        }
    }
    Ok(())
}

fn client(address: &str, who: &Who) -> EnrolmentServiceClient<Signed> {
    EnrolmentServiceClient::with_interceptor(connect(address), who.clone())
}

/// Everyone enrols at once; then every third of them, of those with a seat and of those who wait, leaves at once.
async fn race(network: &'static Network) -> Result<(), String> {
    let school = school(network).await;
    let (session, people) = school.crowd(i32::try_from(SEATS).unwrap(), PEOPLE).await;
    let (addresses, who) = (network.addresses("training"), &school.admin.who);
    let clients: Vec<_> = (0..PEOPLE.div_ceil(TOGETHER))
        .map(|index| client(&addresses[index % addresses.len()], who))
        .collect();
    let enrolments = people.iter().enumerate().map(|(index, person)| {
        let mut client = clients[index / TOGETHER].clone();
        let request = request(&session.name, person);
        async move { Stand::of(&done(client.enrol_participant(request).await)) }
    });
    let answered = futures::future::join_all(enrolments).await;
    let stands = async || -> Vec<Stand> {
        listed(&school.admin, &session.name, "").await.iter().map(Stand::of).collect()
    };
    let before = stands().await;
    assert_eq!(before.len(), PEOPLE);
    of_seats(&before)?;
    // Nobody has left: where one stands is where one was told to.
    if let Some(other) = answered.iter().find(|stand| !before.contains(stand)) {
        return Err(format!("told {other:?}, and stands elsewhere"));
    }
    of_order(&before, &before)?;

    // The numbers of a UUID are as good a die as any.
    let die = || uuid::Uuid::new_v4().as_u128().is_multiple_of(3);
    let leaving: Vec<&Stand> = before.iter().filter(|_| die()).collect();
    let left = leaving.iter().enumerate().map(|(index, stand)| {
        let mut client = clients[index % clients.len()].clone();
        let request = pb::CancelEnrolmentRequest { name: stand.name.clone(), ..Default::default() };
        async move { done(client.cancel_enrolment(request).await).state() }
    });
    let left = futures::future::join_all(left).await;
    assert!(left.iter().all(|state| *state == State::Cancelled));
    let after = stands().await;
    of_seats(&after)?;
    of_order(&before, &after)
}

#[test]
fn the_examiners_notice_a_seat_too_many_and_a_hole() {
    let stand =
        |name: usize, state: State, position: usize| Stand { name: name.to_string(), state, position };
    let good: Vec<Stand> = (0..SEATS + 5)
        .map(|index| match index < SEATS {
            true => stand(index, State::Confirmed, 0),
            false => stand(index, State::Waitlisted, index + 1 - SEATS),
        })
        .collect();
    assert_eq!((of_seats(&good), of_order(&good, &good)), (Ok(()), Ok(())));
    let with = |at: usize, state: State, position: usize| {
        let mut stands = good.clone();
        stands[at] = Stand { state, position, ..stands[at].clone() };
        stands
    };
    assert!(of_seats(&with(SEATS, State::Confirmed, 0)).is_err(), "eleven seats");
    assert!(of_seats(&with(0, State::Cancelled, 0)).is_err(), "a seat that nobody was given");
    assert!(of_seats(&with(SEATS + 1, State::Cancelled, 0)).is_err(), "a hole in the queue");
    let mut passed = good.clone();
    (passed[SEATS].position, passed[SEATS + 1].position) = (2, 1);
    assert!(of_order(&good, &passed).is_err(), "someone passed another");
}

#[test]
fn trn_9_two_replicas_give_ten_seats_to_ten() {
    let services = [("identity", 1), ("partners", 1), ("training", 2)];
    if crate::postgres::Cluster::shared().is_some() {
        let network = Network::several(Store::Postgres, &[], &services);
        tell(network, async { race(network).await.unwrap() });
    }
}

async fn trn_9_two_hundred_people_want_ten_seats(network: &'static Network) {
    race(network).await.unwrap();
}

/// Training with a fault, and those whom it asks.
fn mutated(mutant: &'static str, store: Store, training: usize) -> &'static Network {
    Network::mutated(Some(mutant), store, &[], &[("identity", 1), ("partners", 1), ("training", training)])
}

#[test]
fn trn_9_seats_counted_outside_the_lock_are_noticed() {
    let network = mutated("CountsOutside", Store::Sqlite, 1);
    tell(network, async { noticed(race(network).await, "people have one of 10 seats") });
}

told_everywhere!(trn_9_two_hundred_people_want_ten_seats);
