//! Stories of what people thought, and of what came of training: told of many, joined to nobody.

use proto::training as pb;
use proto::training::AttendanceStatus as Status;
use proto::training::assessment::{Instrument, Phase};
use proto::training::complete_enrolment_request::Outcome;
use proto::training::feedback_figure::Item;
use proto::training::session::State;
use tonic::Code;

use super::assessment::assess;
use super::attendance::{complete, entry, record};
use super::enrolment::{enrol, listed};
use super::participant::learner;
use super::programme;
use super::session::{self, school};
use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::projects::reporting::{halves, number, reporting};

async fn tokens(by: &Caller, session: &str) -> Result<tonic::Response<pb::FeedbackTokens>, tonic::Status> {
    let request = pb::GetFeedbackTokensRequest { name: session.to_owned() };
    by.sessions().get_feedback_tokens(request).await
}

fn opinion(
    session: &str,
    token: &str,
    [useful, clear, paced, supported, recommended]: [i32; 5],
) -> pb::SubmitSessionFeedbackRequest {
    pb::SubmitSessionFeedbackRequest {
        name: session.to_owned(),
        token: token.to_owned(),
        useful,
        clear,
        paced,
        supported,
        recommended,
    }
}

async fn evaluation(by: &Caller, session: &str) -> pb::Evaluation {
    let request = pb::GetSessionEvaluationRequest { name: session.to_owned() };
    done(by.sessions().get_session_evaluation(request).await)
}

async fn of_programme(by: &Caller, programme: &str) -> pb::Evaluation {
    let request = pb::GetProgrammeEvaluationRequest { name: programme.to_owned() };
    done(by.programmes().get_programme_evaluation(request).await)
}

async fn summary(by: &Caller, partner: &str) -> pb::SummarizeTrainingResponse {
    let request = pb::SummarizeTrainingRequest { partner: partner.to_owned(), ..Default::default() };
    done(by.programmes().summarize_training(request).await)
}

fn means(told: &pb::Evaluation) -> Vec<(Item, Option<i32>, Option<String>)> {
    let one = |figure: &pb::FeedbackFigure| {
        (figure.item(), figure.people, figure.mean.as_ref().map(|mean| mean.value.clone()))
    };
    told.reaction.iter().map(one).collect()
}

/// From the first paper to the last follow-up: who answered is checked off, what they answered is nobody's.
async fn gdp_2_what_people_thought_is_told_of_many_and_joined_to_nobody(network: &'static Network) {
    let school = school(network).await;
    let (opened, people) = school.crowd(10, 6).await;
    for person in &people {
        done(enrol(&school.admin, &opened.name, person).await);
    }
    let (person, kept) = learner(network).await;
    let own = done(enrol(&person, &opened.name, &kept.name).await).name;
    let stranger = network.partner_admin(&network.active_partner().await.name).await;
    expect(Code::FailedPrecondition, "FEEDBACK_TIME", tokens(&person, &opened.name).await);
    network.later(11);
    let (teacher, person, admin) =
        (school.teacher.again().await, person.again().await, school.admin.again().await);
    let nobody = network.anonymous();
    expect(Code::Unauthenticated, "UNAUTHENTICATED", tokens(&nobody, &opened.name).await);
    assert!(done(tokens(&stranger.again().await, &opened.name).await).tokens.is_empty());
    let (mine, sheet) =
        (done(tokens(&person, &opened.name).await).tokens, done(tokens(&teacher, &opened.name).await).tokens);
    assert_eq!((mine.len(), sheet.len(), mine[0].enrolment.as_str()), (1, 7, own.as_str()));
    assert!(sheet.contains(&mine[0]), "asked again, they are the same");
    let mine = &mine[0].token;

    // Nobody signs in; each token counts once, however often it is sent at the same time.
    let answers = opinion(&opened.name, mine, [5, 4, 3, 2, 1]);
    let many = (0..8).map(|_| {
        let (nobody, answers) = (nobody.clone(), answers.clone());
        async move { done(nobody.sessions().submit_session_feedback(answers).await).counted }
    });
    let counted = futures::future::join_all(many).await;
    assert_eq!(counted.iter().filter(|counted| **counted).count(), 1);
    let made_up = opinion(&opened.name, "0000-0000-0000-0000-0000", [5; 5]);
    let refused = nobody.sessions().submit_session_feedback(made_up).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, ["token"]);
    let wrong = nobody.sessions().submit_session_feedback(opinion(&opened.name, mine, [0, 1, 6, 1, 1])).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", wrong).fields, ["useful", "paced"]);
    // What came on paper, as it was copied.
    for paper in sheet.iter().filter(|paper| paper.token != *mine) {
        let copied = paper.token.to_lowercase().replace('-', " ");
        let answers = opinion(&opened.name, &copied, [4; 5]);
        assert!(done(teacher.sessions().submit_session_feedback(answers).await).counted);
    }
    let before = evaluation(&teacher, &opened.name).await;
    assert_eq!(before.sessions, 0, "nothing is told before the session is closed");
    assert!(means(&before).iter().all(|(_, people, mean)| people.is_none() && mean.is_none()));

    let seated: Vec<String> = sheet.iter().map(|one| one.enrolment.clone()).collect();
    for seat in &seated {
        done(assess(&teacher, seat, Phase::Pre, Instrument::Test, (10, 1)).await);
        done(assess(&teacher, seat, Phase::Post, Instrument::Test, (11, 3)).await);
    }
    let all = seated.iter().map(|seat| entry(seat, Status::Present, None)).collect::<Vec<_>>();
    done(record(&teacher, &opened.name, "m1", all.clone()).await);
    network.later(18);
    let (teacher, admin) = (teacher.again().await, admin.again().await);
    done(record(&teacher, &opened.name, "m2", all).await);
    for seat in &seated {
        done(complete(&teacher, seat, Outcome::Unspecified, "").await);
    }
    assert_eq!(done(session::close(&teacher, &opened.name).await).state(), State::Closed);
    expect(Code::FailedPrecondition, "FEEDBACK_TIME", tokens(&teacher, &opened.name).await);
    let late = nobody.sessions().submit_session_feedback(answers).await;
    expect(Code::FailedPrecondition, "FEEDBACK_TIME", late);

    let told = evaluation(&nobody, &opened.name).await;
    let mean = |item, mean: &str| (item, Some(7), Some(mean.to_owned()));
    assert_eq!(
        means(&told),
        [
            mean(Item::Useful, "4.14"),
            mean(Item::Clear, "4"),
            mean(Item::Paced, "3.86"),
            mean(Item::Supported, "3.71"),
            mean(Item::Recommended, "3.57"),
        ]
    );
    let passed = told.pass_rate.clone().unwrap();
    assert_eq!((passed.people, passed.completed), (Some(7), Some(7)));
    let gain = |gains: &[pb::LearningGain]| {
        let [gain] = gains else { panic!("{gains:?}") };
        (gain.people, gain.mean_gain.clone().map(|mean| mean.value))
    };
    assert_eq!(gain(&told.learning), (Some(7), Some("2".to_owned())));
    let programme = of_programme(&nobody, &school.programme.name).await;
    assert_eq!(
        (programme.sessions, &programme.reaction, &programme.learning),
        (1, &told.reaction, &told.learning)
    );

    // The tokens, their marks and what they were made with are gone; counters are left.
    super::nothing_says(network, &[mine]).await;
    let rows = crate::rows::everything(&network.databases["training"]).await;
    let of =
        |table: &str| rows.iter().filter(|(known, row)| known == table && row.contains(&opened.name)).count();
    assert_eq!((of("feedback_secret"), of("feedback_used"), of("feedback_count")), (0, 0, 25));

    let counted = summary(&nobody, &school.partner).await.total.unwrap();
    let figure = |figure: Option<pb::SessionStatistic>| figure.unwrap().count;
    assert_eq!((counted.sessions, counted.seats), (1, 10));
    assert_eq!(
        (figure(counted.seated), figure(counted.completed), figure(counted.certificates)),
        (Some(7), Some(7), Some(0))
    );
    let all = summary(&admin, &school.partner).await;
    assert_eq!(figure(all.total.unwrap().seated), Some(7), "who provides it sees all");
    // Together, what is told of each programme, and no more.
    let (told, own) = (summary(&nobody, &school.partner).await, evaluation(&nobody, &opened.name).await);
    assert_eq!((told.pass_rate, told.capacity), (own.pass_rate, None), "of one partner no capacity is told");
    assert_eq!(told.learning.as_ref().unwrap().mean_gain, own.learning[0].mean_gain);
    let alone = told.total.unwrap().co_delivered.unwrap();
    assert_eq!((alone.numerator.as_str(), alone.denominator.as_str()), ("0", "1"));

    // What is left after months is told once nobody is followed up any more.
    network.later(130);
    let teacher = teacher.again().await;
    for seat in &seated {
        done(assess(&teacher, seat, Phase::FollowUp, Instrument::Test, (130, 2)).await);
    }
    assert!(evaluation(&nobody, &opened.name).await.behaviour.is_empty());
    network.later(400);
    assert_eq!(gain(&evaluation(&nobody, &opened.name).await.behaviour), (Some(7), Some("-1".to_owned())));
}

/// Of a few, nobody is told what they thought, how they did or how many they were.
async fn gdp_2_of_a_session_of_few_nothing_is_told(network: &'static Network) {
    let school = school(network).await;
    let (opened, people) = school.crowd(10, 3).await;
    for person in &people {
        done(enrol(&school.admin, &opened.name, person).await);
    }
    network.later(11);
    let teacher = school.teacher.again().await;
    for paper in done(tokens(&teacher, &opened.name).await).tokens {
        let answers = opinion(&opened.name, &paper.token, [1; 5]);
        assert!(done(teacher.sessions().submit_session_feedback(answers).await).counted);
    }
    network.later(18);
    let teacher = teacher.again().await;
    for seat in listed(&teacher, &opened.name, "state = CONFIRMED").await {
        done(complete(&teacher, &seat.name, Outcome::Unspecified, "").await);
    }
    done(session::close(&teacher, &opened.name).await);
    for by in [&network.anonymous(), &teacher, &network.coordinator().await.again().await] {
        let told = evaluation(by, &opened.name).await;
        assert!(told.reaction.iter().all(|one| one.suppressed && one.people.is_none() && one.mean.is_none()));
        let passed = told.pass_rate.unwrap();
        assert_eq!((passed.people, passed.completed, passed.suppressed), (None, None, true));
    }
    let counted = summary(&network.anonymous(), &school.partner).await.total.unwrap();
    assert_eq!((counted.seats, counted.seated.unwrap().count), (10, None));
    let told = summary(&network.anonymous(), &school.partner).await;
    let (rate, gain) = (told.pass_rate.unwrap(), told.learning.unwrap());
    assert_eq!((rate.people, rate.suppressed, gain.people), (None, true, None));
}

/// Level 4: how far the indicators have come in which the effect was expected, as their projects say.
async fn kirkpatrick_4_tells_how_far_the_expected_indicators_have_come(network: &'static Network) {
    let school = school(network).await;
    let reporting = reporting(network, &school.partner).await;
    let expecting = |names: &[&String]| pb::Programme {
        project_indicators: names.iter().map(|name| (*name).clone()).collect(),
        ..school.programme.clone()
    };
    let none = format!("{}/projectIndicators/none", reporting.project);
    let paths = ["project_indicators"];
    let refused = programme::change(&school.admin, expecting(&[&reporting.people, &none]), &paths).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, ["project_indicators[1]"]);
    done(programme::change(&school.admin, expecting(&[&reporting.people]), &paths).await);
    let own = |name: &String| pb::Session { project_indicators: vec![name.clone()], ..school.draft(5) };
    let wrong = done(school.plan(&school.admin, own(&none)).await).name;
    let refused = session::open(&school.admin, &wrong).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, ["project_indicators[0]"]);
    done(session::cancel(&school.admin, &wrong).await);
    let opened = school.opened(own(&reporting.devices)).await.name;

    let nobody = network.anonymous();
    let told = async || {
        let told = of_programme(&nobody, &school.programme.name).await.indicators;
        let [people] = told.try_into().unwrap();
        people
    };
    let before: pb::ExpectedResult = told().await;
    assert_eq!(before.project_indicator, reporting.people);
    assert!(before.title.is_some() && before.baseline == Some(number("0")), "{before:?}");
    assert!(before.latest_actual.is_none() && before.achievement.is_none(), "nothing was reported (BEY-9)");
    let [earlier, _] = halves(network).await;
    reporting.accepted(&school.admin, &earlier, "95").await;
    let after: pb::ExpectedResult = told().await;
    assert_eq!(after.latest_actual, Some(number("95")));
    assert_eq!(after.achievement.map(|share| share.value).as_deref(), Some("0.95"));
    let of_session = evaluation(&nobody, &opened).await.indicators;
    let names: Vec<_> = of_session.iter().map(|one| one.project_indicator.clone()).collect();
    assert_eq!(names, [reporting.devices.clone(), reporting.people.clone()], "its own, and its programme's");
}

told_everywhere!(kirkpatrick_4_tells_how_far_the_expected_indicators_have_come);
told_alone!(
    gdp_2_what_people_thought_is_told_of_many_and_joined_to_nobody,
    gdp_2_of_a_session_of_few_nothing_is_told,
);
