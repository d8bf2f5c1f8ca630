//! Tokens, answers, and what is told of them. Pure.

use aws_lc_rs::hmac;
use chassis::error::{Error, Result, Violations};
use chassis::{say, value};
use proto::training as pb;
use proto::training::enrolment::State;
use proto::training::feedback_figure::Item;
use proto::training::session::State as Session;
use rust_decimal::Decimal;

use crate::{enrolment, session};

/// What is asked, in the order of the questionnaire.
pub const ITEMS: [Item; 5] = [Item::Useful, Item::Clear, Item::Paced, Item::Supported, Item::Recommended];
/// Letters and digits that are not taken for one another (Crockford's).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const NUMBER: usize = 8;
const LENGTH: usize = 20;

/// How often each answer was given: of each question, of each score from 1 to 5.
pub type Counts = [[i64; 5]; 5];

/// What the tokens of a session are made with.
#[derive(Debug)]
pub struct Secret(hmac::Key);

impl Secret {
    /// Of these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    fn text(&self, purpose: &str, of: &str, length: usize) -> String {
        let tag = hmac::sign(&self.0, format!("{purpose} {of}").as_bytes());
        tag.as_ref()[..length].iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
    }

    /// The token of an enrolment, in groups of four.
    pub fn token(&self, enrolment: &str) -> String {
        let number = self.text("number", enrolment, NUMBER);
        let token = format!("{number}{}", self.text("proof", &number, LENGTH - NUMBER));
        let groups = token.as_bytes().chunks(4).map(String::from_utf8_lossy);
        groups.collect::<Vec<_>>().join("-")
    }

    /// What is kept of a token once it was used; nothing when it is none of this session's.
    pub fn mark(&self, said: &str) -> Option<String> {
        let plain = said.chars().filter(|letter| !letter.is_whitespace() && *letter != '-');
        let plain = plain.map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        });
        let plain: String = plain.collect();
        let (number, proof) = plain.split_at_checked(NUMBER)?;
        let due = self.text("proof", number, LENGTH - NUMBER);
        // In the same time, however much of it is right.
        let same =
            aws_lc_rs::constant_time::verify_slices_are_equal(due.as_bytes(), proof.as_bytes()).is_ok();
        same.then(|| self.text("mark", number, LENGTH))
    }
}

/// People say what they thought from the first meeting on, until the session is closed.
///
/// # Errors
/// `FAILED_PRECONDITION` otherwise.
pub fn takes_feedback(session: &session::row::Model) -> Result<()> {
    if [Session::InProgress, Session::Completed].contains(&session.state.get()) {
        return Ok(());
    }
    Err(Error::refused(
        "FEEDBACK_TIME",
        say!(
            "people say what they thought from the first meeting on, until the session is closed",
            "l'avis se donne dès la première rencontre et jusqu'à la clôture de la session"
        ),
    ))
}

/// Whether someone has been there to think something of it.
pub fn is_asked(enrolment: &enrolment::row::Model) -> bool {
    [State::Confirmed, State::Completed, State::NotCompleted].contains(&enrolment.state.get())
}

/// The five answers.
///
/// # Errors
/// `INVALID_ARGUMENT` naming every one that is not from 1 to 5.
pub fn answers(said: &pb::SubmitSessionFeedbackRequest) -> Result<[i32; 5]> {
    let mut wrong = Violations::default();
    let all = [said.useful, said.clear, said.paced, said.supported, said.recommended];
    for (field, answer) in ["useful", "clear", "paced", "supported", "recommended"].into_iter().zip(all) {
        wrong.within(field, answer, 1..=5);
    }
    wrong.finish()?;
    Ok(all)
}

/// How many have answered: each answers all five.
pub fn people(counts: &Counts) -> i64 {
    counts[0].iter().sum()
}

/// What people thought, on average; of fewer than `k` nothing. Averages alone: with how often each answer was given, and a few of
/// those hidden, they could be found.
pub fn figures(counts: &Counts, k: i32) -> Vec<pb::FeedbackFigure> {
    let people = people(counts);
    let figure = |(item, scores): (Item, &[i64; 5])| {
        if people < i64::from(k) {
            return pb::FeedbackFigure { item: item.into(), suppressed: people > 0, ..Default::default() };
        }
        let sum: i64 = scores.iter().zip(1..).map(|(people, score)| people * score).sum();
        let mean = Decimal::from(sum) / Decimal::from(people.max(1));
        pb::FeedbackFigure {
            item: item.into(),
            people: Some(i32::try_from(people).unwrap_or(i32::MAX)),
            mean: (people > 0).then(|| value::decimal_value(mean.round_dp(2))),
            suppressed: false,
        }
    };
    ITEMS.into_iter().zip(counts).map(figure).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_of_its_session_and_its_mark_tells_nothing_without_the_secret() {
        let (ours, other) = (Secret::new(&[1; 32]), Secret::new(&[2; 32]));
        let token = ours.token("programmes/p/sessions/s/enrolments/e");
        assert_eq!((token.len(), token.split('-').count()), (24, 5));
        assert_eq!(token, ours.token("programmes/p/sessions/s/enrolments/e"), "given again, it is the same");
        assert_ne!(token, ours.token("programmes/p/sessions/s/enrolments/f"));
        let mark = ours.mark(&token).unwrap();
        let copied = token.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(ours.mark(&copied), Some(mark.clone()), "as people copy it");
        assert!(!mark.contains(&token[..4]));
        assert_eq!(other.mark(&token), None);
        for at in [0, 9, 23] {
            let letter = if &token[at..=at] == "A" { "B" } else { "A" };
            let mut wrong = token.clone();
            wrong.replace_range(at..=at, letter);
            assert_eq!(ours.mark(&wrong), None, "{wrong}");
        }
        for none in ["", "A", "é", "0000-0000", "ÉÉÉÉÉÉÉÉÉÉÉÉ"] {
            assert_eq!(ours.mark(none), None, "{none}");
        }
    }

    #[test]
    fn gdp_2_what_few_people_thought_is_not_told() {
        let mut counts = Counts::default();
        for item in &mut counts {
            item[4] = 3;
            item[0] = 1;
        }
        let few = figures(&counts, 5);
        assert!(few.iter().all(|one| one.suppressed && one.people.is_none() && one.mean.is_none()));
        counts.iter_mut().for_each(|item| item[3] += 1);
        let told = figures(&counts, 5);
        let mean = |one: &pb::FeedbackFigure| one.mean.clone().unwrap().value;
        assert!(told.iter().all(|one| one.people == Some(5) && mean(one) == "4"), "{told:?}");
        let nobody = figures(&Counts::default(), 5);
        assert!(nobody.iter().all(|one| !one.suppressed && one.mean.is_none()));
    }

    #[test]
    fn each_answer_is_from_one_to_five() {
        let said = pb::SubmitSessionFeedbackRequest {
            useful: 1,
            clear: 5,
            paced: 3,
            supported: 2,
            recommended: 4,
            ..Default::default()
        };
        assert_eq!(answers(&said).unwrap(), [1, 5, 3, 2, 4]);
        let none = answers(&pb::SubmitSessionFeedbackRequest { clear: 6, paced: -1, ..said });
        let Err(Error::Invalid { fields, .. }) = none else { unreachable!("refused") };
        assert_eq!(fields.iter().map(|wrong| wrong.field.as_str()).collect::<Vec<_>>(), ["clear", "paced"]);
    }
}
