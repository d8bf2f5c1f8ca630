//! What participations come to: proposals answered in time, channels, voices, and what waits.

use chassis::clock::Zone;
use chassis::column::{Coded, Micros};
use chassis::error::{Error, Result, Violations};
use chassis::name;
use proto::common::Ratio;
use proto::projects as pb;
use proto::projects::ParticipationChannel as Channel;
use proto::projects::participation::{Kind, State};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{Condition, DatabaseConnection, ExprTrait as _, QuerySelect as _};

use super::row::{COLUMN, Column, Entity};
use crate::measure::TERRITORY;
use crate::project::describe::PARTNER;

/// How many there are of each sort.
#[derive(Clone, Copy, Debug)]
struct Counted {
    state: State,
    kind: Kind,
    channel: Channel,
    confirmed: bool,
    in_time: bool,
    count: i64,
}

impl Counted {
    fn is_published(&self) -> bool {
        matches!(self.state, State::Published | State::Answered)
    }
}

/// Counts those that a request asks for.
pub(super) async fn of(
    db: &DatabaseConnection,
    request: &pb::SummarizeParticipationsRequest,
    zone: Zone,
    now: Micros,
) -> Result<pb::SummarizeParticipationsResponse> {
    let asked = asked(request)?;
    let today = zone.day(now).ok_or_else(|| Error::internal("no day is today"))?;
    let count = async |condition: Condition| -> Result<i32> {
        let found = Entity::find().filter(asked.clone()).filter(condition).count(db).await?;
        Ok(i32::try_from(found).unwrap_or(i32::MAX))
    };
    let is = |state: State| Condition::all().add(COLUMN.state.eq(Coded::from(state)));
    let moderation_overdue = count(is(State::Pending).add(COLUMN.moderation_due.lt(today))).await?;
    let proposal = COLUMN.kind.eq(Coded::from(Kind::Proposal));
    let answer_overdue = count(is(State::Published).add(proposal).add(COLUMN.answer_due.lt(today))).await?;
    let converted = count(Condition::all().add(COLUMN.need.ne(""))).await?;
    let endorsed = is(State::Published).add(COLUMN.kind.eq(Coded::from(Kind::Endorsement)));
    let endorsing_partners = count(endorsed.add(COLUMN.partner.ne(""))).await?;
    let all = counted(db, &asked).await?;
    Ok(pb::SummarizeParticipationsResponse {
        moderation_overdue,
        answer_overdue,
        converted,
        endorsing_partners,
        ..told(&all, answer_overdue, endorsing_partners)
    })
}

fn asked(request: &pb::SummarizeParticipationsRequest) -> Result<Condition> {
    let mut wrong = Violations::default();
    wrong.reference("territory", TERRITORY, &request.territory)?;
    wrong.reference("subject_owner", PARTNER, &request.subject_owner)?;
    wrong.finish()?;
    let mut asked = Condition::all();
    if !request.territory.is_empty() {
        name::check_reference("territory", TERRITORY, &request.territory)?;
        let within = Query::select()
            .column(("territory_ancestor", "territory"))
            .from("territory_ancestor")
            .and_where(Expr::col(("territory_ancestor", "ancestor")).eq(request.territory.as_str()))
            .to_owned();
        asked = asked.add(COLUMN.territory.in_subquery(within));
    }
    if !request.subject.is_empty() {
        asked = asked.add(COLUMN.subject.eq(request.subject.as_str()));
    }
    if !request.subject_owner.is_empty() {
        asked = asked.add(COLUMN.subject_owner.eq(request.subject_owner.as_str()));
    }
    Ok(asked)
}

type Sort = (Coded<State>, Coded<Kind>, Coded<Channel>, bool, bool, i64);

async fn counted(db: &DatabaseConnection, asked: &Condition) -> Result<Vec<Counted>> {
    let sorts: Vec<Sort> = Entity::find()
        .select_only()
        .column(Column::State)
        .column(Column::Kind)
        .column(Column::Channel)
        .column(Column::Confirmed)
        .column(Column::AnsweredInTime)
        .column_as(Column::Name.count(), "count")
        .filter(asked.clone())
        .group_by(Column::State)
        .group_by(Column::Kind)
        .group_by(Column::Channel)
        .group_by(Column::Confirmed)
        .group_by(Column::AnsweredInTime)
        .into_tuple()
        .all(db)
        .await?;
    let sort = |(state, kind, channel, confirmed, in_time, count): Sort| Counted {
        state: state.get(),
        kind: kind.get(),
        channel: channel.get(),
        confirmed,
        in_time,
        count,
    };
    Ok(sorts.into_iter().map(sort).collect())
}

/// What the counts come to. A proposal is judged once it is answered, or its days are over (PRJ-31): one that still has time is
/// neither late nor in time. An endorsement counts when it is one partner's or one person's (PRJ-32).
fn told(
    all: &[Counted],
    answer_overdue: i32,
    endorsing_partners: i32,
) -> pb::SummarizeParticipationsResponse {
    let sum = |fits: &dyn Fn(&Counted) -> bool| -> i64 {
        all.iter().filter(|sort| fits(sort)).map(|sort| sort.count).sum()
    };
    let number = |count: i64| i32::try_from(count).unwrap_or(i32::MAX);
    let ratio =
        |part: i64, whole: i64| Some(Ratio { numerator: part.to_string(), denominator: whole.to_string() });
    let answered = |sort: &Counted| sort.kind == Kind::Proposal && sort.state == State::Answered;
    let endorses = |sort: &Counted| sort.kind == Kind::Endorsement && sort.is_published();
    let in_time = sum(&|sort| answered(sort) && sort.in_time);
    let judged = sum(&answered) + i64::from(answer_overdue);
    let published = sum(&Counted::is_published);
    let channels = [Channel::Online, Channel::InPerson, Channel::Paper, Channel::Phone];
    let by_channel = channels.into_iter().map(|channel| pb::ParticipationChannelCount {
        channel: channel.into(),
        count: number(sum(&|sort| sort.is_published() && sort.channel == channel)),
    });
    let states = [State::Pending, State::Published, State::Rejected, State::Answered, State::Hidden];
    let by_state = states.into_iter().map(|state| pb::ParticipationStateCount {
        state: state.into(),
        count: number(sum(&|sort| sort.state == state)),
    });
    pb::SummarizeParticipationsResponse {
        answer_rate: ratio(in_time, judged),
        offline: ratio(sum(&|sort| sort.is_published() && sort.channel != Channel::Online), published),
        to_moderate: number(sum(&|sort| sort.state == State::Pending)),
        to_answer: number(sum(&|sort| sort.kind == Kind::Proposal && sort.state == State::Published)),
        endorsing_persons: number(sum(&|sort| endorses(sort) && sort.confirmed)) - endorsing_partners,
        unconfirmed_endorsements: number(sum(&|sort| endorses(sort) && !sort.confirmed)),
        channels: by_channel.filter(|counted| counted.count > 0).collect(),
        states: by_state.filter(|counted| counted.count > 0).collect(),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sort(state: State, kind: Kind, channel: Channel, count: i64) -> Counted {
        Counted { state, kind, channel, confirmed: false, in_time: false, count }
    }

    #[test]
    fn prj_31_a_proposal_is_judged_once_it_is_answered_or_late() {
        let all = [
            Counted { in_time: true, ..sort(State::Answered, Kind::Proposal, Channel::Paper, 3) },
            sort(State::Answered, Kind::Proposal, Channel::Online, 1),
            sort(State::Published, Kind::Proposal, Channel::Online, 4),
            sort(State::Answered, Kind::Comment, Channel::Phone, 2),
            sort(State::Pending, Kind::Proposal, Channel::Paper, 9),
            sort(State::Rejected, Kind::Proposal, Channel::Paper, 9),
        ];
        let told = told(&all, 2, 0);
        let ratio = |ratio: Option<Ratio>| ratio.map(|ratio| (ratio.numerator, ratio.denominator)).unwrap();
        assert_eq!(ratio(told.answer_rate), ("3".to_owned(), "6".to_owned()), "two of four are late");
        assert_eq!(ratio(told.offline), ("5".to_owned(), "10".to_owned()), "of what is published");
        assert_eq!((told.to_moderate, told.to_answer), (9, 4));
        let paper = told.channels.iter().find(|counted| counted.channel() == Channel::Paper).unwrap();
        assert_eq!(paper.count, 3);
    }

    #[test]
    fn prj_32_voices_of_partners_and_persons_are_counted_apart_and_unconfirmed_ones_for_nothing() {
        let endorsed = |state, confirmed, count| Counted {
            confirmed,
            ..sort(state, Kind::Endorsement, Channel::Online, count)
        };
        let all = [
            endorsed(State::Published, true, 5),
            endorsed(State::Published, false, 7),
            endorsed(State::Hidden, true, 1),
        ];
        let told = told(&all, 0, 2);
        assert_eq!((told.endorsing_persons, told.unconfirmed_endorsements), (3, 7));
    }
}
