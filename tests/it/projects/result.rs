//! What accepted values add up to over the wire, why, as of when, and what the public sees of it.

use std::collections::BTreeMap;

use proto::auth::Role;
use proto::projects as pb;
use proto::projects::aggregate_indicators_request::GroupBy;
use proto::projects::exclusion::Reason;
use proto::projects::indicator::{
    CountingBasis, DisaggregationMode, EntityAggregation, Source, TimeAggregation,
};
use proto::projects::indicator_value::Kind;
use tonic::Code;

use super::reporting::{accept, change, halves, number, promise, read, submit, value};
use super::{lead, take, whole};
use crate::caller::{Caller, done, expect};
use crate::harness::Network;
use crate::sample;

/// A region of this story's own, with two towns.
struct Places {
    region: String,
    towns: [String; 2],
}

async fn territory(coordinator: &Caller, kind: pb::territory::Kind, parent: &str) -> String {
    let territory = pb::Territory {
        display_name: Some(sample::text("fr", &format!("Lieu {}", sample::word()))),
        kind: kind.into(),
        parent: parent.to_owned(),
        country_code: "FR".to_owned(),
        ..Default::default()
    };
    let request = pb::CreateTerritoryRequest { territory: Some(territory), ..Default::default() };
    done(coordinator.territories().create_territory(request).await).name
}

async fn places(network: &'static Network) -> Places {
    let coordinator = network.coordinator().await;
    let region = territory(&coordinator, pb::territory::Kind::Region, "").await;
    let one = territory(&coordinator, pb::territory::Kind::Municipality, &region).await;
    let other = territory(&coordinator, pb::territory::Kind::Municipality, &region).await;
    Places { region, towns: [one, other] }
}

/// An indicator of this story's own: persons, by sex and territory, unless changed.
async fn indicator(network: &'static Network, change: impl Fn(&mut pb::Indicator)) -> String {
    let coordinator = network.coordinator().await;
    let mut indicator = pb::Indicator {
        code: sample::word(),
        title: Some(sample::text("fr", "Personnes aidées")),
        definition: Some(sample::text("fr", "Celles qui ont été aidées.")),
        measure: "1".to_owned(),
        unit: "person".to_owned(),
        time_aggregation: TimeAggregation::Sum.into(),
        entity_aggregation: EntityAggregation::Sum.into(),
        counting_basis: CountingBasis::UniquePersons.into(),
        dimensions: vec!["SEX".to_owned(), "TERRITORY".to_owned()],
        disaggregation_mode: DisaggregationMode::Parallel.into(),
        source: Source::Reported.into(),
        ..Default::default()
    };
    change(&mut indicator);
    let request = pb::CreateIndicatorRequest { indicator: Some(indicator), ..Default::default() };
    let made = done(coordinator.indicators().create_indicator(request).await);
    let request = pb::ActivateIndicatorRequest { name: made.name.clone(), ..Default::default() };
    done(coordinator.indicators().activate_indicator(request).await);
    made.name
}

/// A project under way in some places that reports on an indicator.
struct Counted {
    partner: String,
    admin: Caller,
    project: String,
    line: String,
    devices: String,
}

async fn counted(network: &'static Network, partner: &str, towns: &[&String], indicator: &str) -> Counted {
    let (admin, coordinator) = (network.partner_admin(partner).await, network.coordinator().await);
    let [earlier, later] = halves(network).await;
    let need = pb::Need {
        title: Some(sample::text("fr", "Être aidé")),
        description: Some(sample::text("fr", "Personne n'aide.")),
        target_groups: vec!["ALL".to_owned()],
        raised_by: partner.to_owned(),
        ..Default::default()
    };
    let request = pb::CreateNeedRequest { parent: towns[0].clone(), need: Some(need), ..Default::default() };
    let need = done(admin.needs().create_need(request).await).name;
    let request = pb::QualifyNeedRequest { name: need.clone(), priority: 1, ..Default::default() };
    done(coordinator.needs().qualify_need(request).await);
    let project = pb::Project {
        territories: towns.iter().map(|town| (*town).clone()).collect(),
        needs: vec![need],
        planned_period: super::reporting::days(-400, 400),
        ..whole(partner)
    };
    let project = done(admin.projects().create_project(super::create(project)).await).name;
    let periods = [earlier.as_str(), later.as_str()];
    let line = promise(&admin, &project, indicator, "2", &periods).await;
    let devices = promise(&admin, &project, "indicators/idt-i02", "1", &periods).await;
    done(take(&admin, "SubmitProject", &project, false).await);
    done(take(&coordinator, "ReviewProject", &project, false).await);
    let actual_start_date = super::reporting::in_days(-400);
    let start = pb::StartProjectRequest { name: project.clone(), actual_start_date, ..Default::default() };
    done(admin.projects().start_project(start).await);
    Counted { partner: partner.to_owned(), admin, project, line, devices }
}

fn cell(dimension: &str, code: &str, digits: &str) -> pb::Cell {
    pb::Cell {
        coordinates: vec![pb::CellCoordinate { dimension: dimension.to_owned(), code: code.to_owned() }],
        value: Some(number(digits)),
        suppressed: false,
    }
}

impl Counted {
    fn draft(&self, period: &str, people: &str, cells: Vec<pb::Cell>) -> pb::CreateReportRequest {
        let reporting = super::reporting::Reporting {
            project: self.project.clone(),
            people: self.line.clone(),
            devices: self.devices.clone(),
        };
        let mut draft = reporting.draft(period, people, "0");
        draft.values[0].cells = cells;
        let results = pb::ReportRating { declared: pb::report::Rating::Red.into(), ..Default::default() };
        draft.ratings = Some(pb::ReportRatings { results: Some(results), ..Default::default() });
        draft.corrective_actions = vec![pb::CorrectiveAction {
            text: "Deux lieux de plus.".to_owned(),
            owner: self.partner.clone(),
            due_date: super::reporting::in_days(60),
            done: false,
        }];
        reporting.create(draft)
    }

    async fn submitted(&self, period: &str, people: &str, cells: Vec<pb::Cell>) -> pb::Report {
        let made = done(self.admin.reports().create_report(self.draft(period, people, cells)).await);
        done(self.admin.reports().submit_report(submit(&made.name)).await)
    }

    async fn accepted(&self, period: &str, people: &str, cells: Vec<pb::Cell>) -> pb::Report {
        let sent = self.submitted(period, people, cells).await;
        done(self.admin.network.reviewer().await.reports().review_report(accept(&sent.name)).await)
    }
}

fn ask(indicator: &str, by: &[GroupBy]) -> pb::AggregateIndicatorsRequest {
    pb::AggregateIndicatorsRequest {
        indicators: vec![indicator.to_owned()],
        group_by: by.iter().map(|key| (*key).into()).collect(),
        dimension: if by.contains(&GroupBy::Dimension) { "SEX".to_owned() } else { String::new() },
        ..Default::default()
    }
}

async fn told(caller: &Caller, request: pb::AggregateIndicatorsRequest) -> pb::AggregateIndicatorsResponse {
    done(caller.results().aggregate_indicators(request).await)
}

fn digits(value: Option<&pb::IndicatorValue>) -> String {
    match value.and_then(|value| value.kind.as_ref()) {
        Some(Kind::Decimal(number)) => number.value.clone(),
        Some(Kind::Ratio(ratio)) => format!("{}/{}", ratio.numerator, ratio.denominator),
        Some(Kind::Text(text)) => text.clone(),
        None => "-".to_owned(),
    }
}

/// Each line by its keys, the total by none; `#` where it is not shown.
fn lines(answer: &pb::AggregateIndicatorsResponse) -> BTreeMap<String, String> {
    let line = |aggregate: &pb::Aggregate| {
        let keys: Vec<&str> = aggregate.keys.iter().map(|key| key.value.as_str()).collect();
        let key = if aggregate.keys.is_empty() { "=".to_owned() } else { keys.join("+") };
        (key, if aggregate.suppressed { "#".to_owned() } else { digits(aggregate.value.as_ref()) })
    };
    answer.aggregates.iter().map(line).collect()
}

fn said(lines: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    lines.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

async fn agg_6_totals_follow_the_tree_and_count_each_project_once(network: &'static Network) {
    let ((partner, _), (other, _)) = (lead(network).await, lead(network).await);
    let (Places { region, towns: [one, two] }, indicator) =
        (places(network).await, indicator(network, |_| {}).await);
    let [earlier, later] = halves(network).await;
    let here = counted(network, &partner, &[&one], &indicator).await;
    let both = counted(network, &other, &[&one, &two], &indicator).await;
    here.accepted(&earlier, "10", Vec::new()).await;
    here.accepted(&later, "0", Vec::new()).await;
    both.accepted(&earlier, "7", Vec::new()).await;
    let split = vec![cell("TERRITORY", &one, "20"), cell("TERRITORY", &two, "15")];
    both.accepted(&later, "35", split).await;
    let coordinator = network.coordinator().await;
    let by_town = pb::AggregateIndicatorsRequest {
        territory: region.clone(),
        ..ask(&indicator, &[GroupBy::Territory])
    };
    let answer = told(&coordinator, by_town).await;
    // 7 were not broken down: they stand in the region alone.
    let found = lines(&answer);
    assert_eq!(found["="], "52");
    assert_eq!((found[""].as_str(), found[&one].as_str(), found[&two].as_str()), ("7", "30", "15"));
    assert!(answer.aggregates.iter().all(|aggregate| aggregate.additive));
    let total = &answer.aggregates[0];
    assert_eq!((total.projects_expected, total.projects_reported), (2, 2), "AGG-9");
    assert!(total.upper_bound, "AGG-4: a person may be in both projects");
    assert_eq!(
        (total.code.is_empty(), total.title.as_str(), answer.public_k),
        (false, "Personnes aidées", 0)
    );
    let by_partner = told(&coordinator, ask(&indicator, &[GroupBy::Partner])).await;
    let found = lines(&by_partner);
    assert_eq!((found["="].as_str(), found[&partner].as_str(), found[&other].as_str()), ("52", "10", "42"));
    assert!(by_partner.aggregates.iter().all(|aggregate| !aggregate.additive), "AGG-5");
    let town = pb::AggregateIndicatorsRequest { territory: one.clone(), ..ask(&indicator, &[]) };
    assert_eq!(said(&lines(&told(&coordinator, town).await)), [("=", "30")], "the same as its line");
    let by_project = told(&coordinator, ask(&indicator, &[GroupBy::Project, GroupBy::Year])).await;
    let sum: i64 = by_project.aggregates[1..]
        .iter()
        .map(|line| digits(line.value.as_ref()).parse::<i64>().unwrap())
        .sum();
    assert_eq!(sum, 52);
}

async fn bey_3_what_is_listed_gives_the_number(network: &'static Network) {
    let (partner, _) = lead(network).await;
    let (Places { towns: [one, two], .. }, indicator) =
        (places(network).await, indicator(network, |_| {}).await);
    let [earlier, later] = halves(network).await;
    let (first, second) = (
        counted(network, &partner, &[&one], &indicator).await,
        counted(network, &partner, &[&two], &indicator).await,
    );
    let sexes = |women: &str, men: &str| vec![cell("SEX", "FEMALE", women), cell("SEX", "MALE", men)];
    first.accepted(&earlier, "10", sexes("6", "4")).await;
    first.accepted(&later, "5", Vec::new()).await;
    second.accepted(&earlier, "8", sexes("8", "0")).await;
    let waiting = second.submitted(&later, "1000", Vec::new()).await;
    let coordinator = network.coordinator().await;
    let why = pb::AggregateIndicatorsRequest { explain: true, ..ask(&indicator, &[GroupBy::Dimension]) };
    let answer = told(&coordinator.speaking("fr"), why.clone()).await;
    let found = lines(&answer);
    assert_eq!(said(&found), [("", "5"), ("=", "23"), ("FEMALE", "14"), ("MALE", "4")]);
    for line in &answer.aggregates {
        let explanation = line.explanation.as_ref().unwrap();
        let sum: i64 = explanation
            .contributions
            .iter()
            .map(|contribution| digits(contribution.value.as_ref()).parse::<i64>().unwrap())
            .sum();
        assert_eq!(sum.to_string(), digits(line.value.as_ref()), "{line:?}");
        assert!(explanation.rule.contains("additionnées") && explanation.rule_version > 0);
    }
    let of = |key: &str| {
        let line = answer.aggregates.iter().find(|line| line.keys.first().is_some_and(|of| of.value == key));
        line.or(answer.aggregates.first().filter(|_| key == "=")).unwrap().explanation.clone().unwrap()
    };
    let left_out: Vec<(String, Reason)> =
        of("=").exclusions.iter().map(|left| (left.report.clone(), left.reason())).collect();
    assert_eq!(left_out, [(waiting.name.clone(), Reason::NotAccepted)]);
    assert_eq!(
        of("FEMALE").exclusions.iter().map(pb::Exclusion::reason).collect::<Vec<_>>(),
        [Reason::NoCell]
    );
    assert_eq!(of("FEMALE").contributions[0].coordinates[0].code, "FEMALE");
    // Drafts are nobody else's business (LES-23), nor are the figures of persons.
    let narrow = pb::AggregateIndicatorsRequest { explain: true, ..ask(&indicator, &[]) };
    for stranger in [network.anonymous(), network.outsider().await] {
        let answer = told(&stranger, narrow.clone()).await;
        let named: Vec<_> = answer.aggregates.iter().filter_map(|line| line.explanation.as_ref()).collect();
        assert!(named.iter().all(|why| why.exclusions.iter().all(|left| left.report != waiting.name)));
        assert!(named.iter().all(|why| why.contributions.iter().all(|one| one.value.is_none())));
    }
}

async fn bey_4_an_earlier_answer_stays_what_it_was(network: &'static Network) {
    let (partner, _) = lead(network).await;
    let (Places { towns: [one, _], .. }, indicator) =
        (places(network).await, indicator(network, |_| {}).await);
    let [earlier, later] = halves(network).await;
    let counted = counted(network, &partner, &[&one], &indicator).await;
    let old = counted.accepted(&earlier, "10", Vec::new()).await;
    counted.accepted(&later, "4", Vec::new()).await;
    let coordinator = network.coordinator().await;
    let by_year = ask(&indicator, &[GroupBy::ReportingPeriod]);
    let before = told(&coordinator, by_year.clone()).await;
    assert_eq!(lines(&before)["="], "14");
    let request = pb::CorrectReportRequest {
        name: old.name.clone(),
        reason: "Counted twice.".to_owned(),
        ..Default::default()
    };
    let draft = done(counted.admin.reports().correct_report(request).await);
    assert_eq!(lines(&told(&coordinator, by_year.clone()).await)["="], "14", "the old one still counts");
    let values = vec![value(&counted.line, "9"), value(&counted.devices, "0")];
    let better = pb::Report { values, name: draft.name.clone(), ..Default::default() };
    done(counted.admin.reports().update_report(change(better, &["values"])).await);
    done(counted.admin.reports().submit_report(submit(&draft.name)).await);
    done(network.reviewer().await.reports().review_report(accept(&draft.name)).await);
    let after = told(&coordinator, by_year.clone()).await;
    assert_eq!((lines(&after)["="].as_str(), lines(&after)[&earlier].as_str()), ("13", "9"));
    let then = pb::AggregateIndicatorsRequest { as_of_time: before.data_time, ..by_year.clone() };
    assert_eq!(told(&coordinator, then).await, before, "word for word what it answered then");
    let why = pb::AggregateIndicatorsRequest { explain: true, ..by_year };
    let why = told(&coordinator, why).await.aggregates[0].explanation.clone().unwrap();
    let superseded: Vec<(&str, Reason)> =
        why.exclusions.iter().map(|left| (left.report.as_str(), left.reason())).collect();
    assert_eq!(superseded, [(old.name.as_str(), Reason::Superseded)]);
}

async fn les_11_a_place_taken_from_a_project_alters_no_accepted_report(network: &'static Network) {
    let (partner, _) = lead(network).await;
    let (Places { region, towns: [one, two] }, indicator) =
        (places(network).await, indicator(network, |_| {}).await);
    let [earlier, later] = halves(network).await;
    let counted = counted(network, &partner, &[&one, &two], &indicator).await;
    let split = vec![cell("TERRITORY", &one, "6"), cell("TERRITORY", &two, "4")];
    let before = counted.accepted(&earlier, "10", split).await;
    let coordinator = network.coordinator().await;
    let leave = pb::RebaselineProjectRequest {
        name: counted.project.clone(),
        project: Some(pb::Project { territories: vec![one.clone()], ..Default::default() }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["territories".to_owned()] }),
        reason: "We left.".to_owned(),
        ..Default::default()
    };
    assert_eq!(
        done(coordinator.projects().rebaseline_project(leave).await).territories,
        std::slice::from_ref(&one)
    );
    let after = read(&counted.admin, &before.name).await;
    assert_eq!(
        (&after.values, &after.etag, after.accept_time),
        (&before.values, &before.etag, before.accept_time)
    );
    let by_town =
        pb::AggregateIndicatorsRequest { territory: region, ..ask(&indicator, &[GroupBy::Territory]) };
    let found = lines(&told(&coordinator, by_town.clone()).await);
    assert_eq!((found["="].as_str(), found[&one].as_str(), found[&two].as_str()), ("10", "6", "4"));
    // What is accepted from now on is of the place that is left.
    counted.accepted(&later, "5", Vec::new()).await;
    let found = lines(&told(&coordinator, by_town).await);
    assert_eq!((found["="].as_str(), found[&one].as_str(), found[&two].as_str()), ("15", "11", "4"));
}

async fn gdp_2_few_people_are_hidden_with_the_next_smallest(network: &'static Network) {
    let ((partner, admin), (_, stranger)) = (lead(network).await, lead(network).await);
    let (Places { towns: [one, _], .. }, indicator) =
        (places(network).await, indicator(network, |_| {}).await);
    let [earlier, later] = halves(network).await;
    let counted = counted(network, &partner, &[&one], &indicator).await;
    let sexes = vec![cell("SEX", "FEMALE", "40"), cell("SEX", "MALE", "20"), cell("SEX", "NOT_STATED", "3")];
    counted.accepted(&earlier, "63", sexes).await;
    counted.accepted(&later, "100", Vec::new()).await;
    let (nobody, by_sex) = (network.anonymous(), ask(&indicator, &[GroupBy::Dimension]));
    let open = told(&nobody, by_sex.clone()).await;
    assert_eq!(said(&lines(&open)), [("=", "-")], "GDP-3: nothing of periods that are still open");
    let coordinator = network.coordinator().await;
    let close = pb::CloseReportingPeriodRequest { name: earlier.clone(), ..Default::default() };
    done(coordinator.periods().close_reporting_period(close).await);
    let hidden = [("=", "63"), ("FEMALE", "40"), ("MALE", "#"), ("NOT_STATED", "#")];
    for other in [&nobody, &network.outsider().await, &stranger] {
        let answer = told(other, by_sex.clone()).await;
        assert_eq!(said(&lines(&answer)), hidden);
        assert_eq!(answer.public_k, 5);
    }
    let all = [("", "100"), ("=", "163"), ("FEMALE", "40"), ("MALE", "20"), ("NOT_STATED", "3")];
    for own in
        [&coordinator, &network.reviewer().await, &admin, &network.colleague(&partner, Role::Reporter).await]
    {
        let answer = told(own, by_sex.clone()).await;
        assert_eq!(said(&lines(&answer)), all);
        assert_eq!(answer.public_k, 0);
    }
    let of_others = pb::AggregateIndicatorsRequest { partner: partner.clone(), ..by_sex.clone() };
    let refused = stranger.results().aggregate_indicators(of_others).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, ["partner"], "GDP-3");
    for (request, field) in [
        (ask(&indicator, &[GroupBy::Dimension, GroupBy::Year]), "group_by"),
        (ask(&indicator, &[GroupBy::Project]), "group_by"),
        (pb::AggregateIndicatorsRequest { territory: one.clone(), ..ask(&indicator, &[]) }, "territory"),
        (
            pb::AggregateIndicatorsRequest {
                territory_level: "MUNICIPALITY".to_owned(),
                ..ask(&indicator, &[GroupBy::Territory])
            },
            "territory_level",
        ),
        (pb::AggregateIndicatorsRequest { as_of_time: open.data_time, ..ask(&indicator, &[]) }, "as_of_time"),
    ] {
        let refused = nobody.results().aggregate_indicators(request).await;
        assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, [field]);
    }
    // Things are nobody: who asks about them chooses freely.
    let things = pb::AggregateIndicatorsRequest {
        partner,
        ..ask("indicators/idt-i02", &[GroupBy::Project, GroupBy::Year])
    };
    let answer = told(&nobody, things).await;
    assert_eq!(lines(&answer)["="], "0", "BEY-9: a reported zero is zero");
}

async fn bey_9_what_nobody_reported_is_nothing_and_not_zero(network: &'static Network) {
    let indicator = indicator(network, |_| {}).await;
    let answer = told(&network.anonymous(), ask(&indicator, &[])).await;
    assert_eq!(said(&lines(&answer)), [("=", "-")]);
    let nowhere = ask("indicators/nowhere", &[GroupBy::Year]);
    let refused = network.anonymous().results().aggregate_indicators(nowhere).await;
    assert_eq!(expect(Code::InvalidArgument, "INVALID_FIELD", refused).fields, ["indicators[0]"]);
}

told_everywhere!(
    agg_6_totals_follow_the_tree_and_count_each_project_once,
    bey_3_what_is_listed_gives_the_number,
    bey_4_an_earlier_answer_stays_what_it_was,
    les_11_a_place_taken_from_a_project_alters_no_accepted_report,
    bey_9_what_nobody_reported_is_nothing_and_not_zero,
);

told_alone!(gdp_2_few_people_are_hidden_with_the_next_smallest);
