//! Lifecycles: one table of transitions both enforces and explains (BEY-7).

use proto::common::AllowedAction;

use crate::auth::{Caller, Role};
use crate::column::Micros;
use crate::error::{Error, Result};
use crate::gap::Gap;
use crate::say;
use crate::say::Text;
use crate::store::{Call, Row};
use crate::wire::Conversation;

/// A row with a state that moves by verbs.
pub trait Stateful: Row {
    /// The states.
    type State: Copy + PartialEq + 'static;

    /// Where it stands.
    fn state(&self) -> Self::State;
    /// Moves it; only a lifecycle does.
    fn enter(&mut self, state: Self::State);
    /// The state in both languages, for refusals.
    fn state_in_words(&self) -> Text;
    /// The partners that have a part in it, its owner first: their members do not decide on it (SEP-1).
    fn parties(&self) -> Vec<&str> {
        vec![self.owner()]
    }
    /// What an imported row still lacks before its next transition (BEY-8).
    fn first_gap(&self) -> Option<Gap> {
        None
    }
}

/// The states of a row in both languages, and how it moves between them: the first lines of `impl Stateful for Model`, whose
/// column is called `state`.
#[macro_export]
macro_rules! states {
    ($state:ident { $($name:ident: $en:literal, $fr:literal;)+ }) => {
        type State = $state;

        fn state(&self) -> $state {
            self.state.get()
        }

        fn enter(&mut self, state: $state) {
            self.state = state.into();
        }

        fn state_in_words(&self) -> $crate::say::Text {
            match self.state.get() {
                $state::Unspecified => $crate::say!("unknown", "inconnu"),
                $($state::$name => $crate::say!($en, $fr),)+
            }
        }
    };
}

/// One verb of a lifecycle.
pub struct Transition<R: Stateful> {
    /// The method: `ApprovePartner`.
    method: &'static str,
    /// The states it leaves.
    from: &'static [R::State],
    /// The state it enters.
    to: R::State,
    /// Who may, given the row; the gate has looked at roles already.
    who: fn(&Caller, &R) -> bool,
    /// It judges someone's work: never one's own partner's (SEP-1).
    decides: bool,
    /// It asks that nothing is missing of an imported row (BEY-8); giving up and turning down do not.
    complete: bool,
    /// What else must hold.
    guard: fn(&R, Micros) -> Result<()>,
}

impl<R: Stateful> Transition<R> {
    /// A verb that asks for nothing but the state and the caller.
    pub const fn new(
        method: &'static str,
        from: &'static [R::State],
        to: R::State,
        who: fn(&Caller, &R) -> bool,
    ) -> Self {
        Self { method, from, to, who, decides: false, complete: false, guard: free }
    }

    /// It judges someone's work (SEP-1).
    #[must_use]
    pub const fn decides(self) -> Self {
        Self { decides: true, ..self }
    }

    /// It asks that nothing is missing of an imported row (BEY-8).
    #[must_use]
    pub const fn complete(self) -> Self {
        Self { complete: true, ..self }
    }

    /// It asks for more, of the row or of what the row was told of others.
    #[must_use]
    pub const fn guarded(self, guard: fn(&R, Micros) -> Result<()>) -> Self {
        Self { guard, ..self }
    }
}

/// Coordinators may.
pub fn coordinator<R>(caller: &Caller, _: &R) -> bool {
    caller.is(Role::Coordinator)
}

/// Coordinators and reviewers may.
pub fn overseer<R>(caller: &Caller, _: &R) -> bool {
    caller.oversees()
}

/// The verbs of a noun.
pub struct Lifecycle<R: Stateful>(pub &'static [Transition<R>]);

impl<R: Stateful> Lifecycle<R> {
    /// Makes a transition, or says why not.
    ///
    /// # Errors
    /// `PERMISSION_DENIED`; `FAILED_PRECONDITION` citing `STATE`, `SEP-1`, `BEY-8` or the guard's rule.
    pub fn take(&self, method: &str, row: &mut R, call: &Call) -> Result<()> {
        let transition = self.transition(method, row)?;
        examine(transition, row, &call.caller, call.now)?;
        row.enter(transition.to);
        Ok(())
    }

    /// Makes the transition of a method that may end in more than one state: a review that approves or returns.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    pub fn take_to(&self, method: &str, to: R::State, row: &mut R, call: &Call) -> Result<()> {
        self.take(method, row, call)?;
        let ends = self.0.iter().any(|transition| transition.method == method && transition.to == to);
        if !ends {
            return Err(Error::internal(format!("{method} does not end there")));
        }
        row.enter(to);
        Ok(())
    }

    /// The first transition of that method that leaves the row's state; else any of that method, to refuse by.
    fn transition(&self, method: &str, row: &R) -> Result<&'static Transition<R>> {
        let mut named = self.0.iter().filter(|transition| transition.method == method).peekable();
        let first = named.peek().copied();
        named
            .find(|transition| transition.from.contains(&row.state()))
            .or(first)
            .ok_or_else(|| Error::internal(format!("no transition {method}")))
    }

    /// Each verb, and whether this caller may use it now.
    pub fn explain(&self, row: &R, caller: &Caller, now: Micros) -> Vec<AllowedAction> {
        self.explain_with(row, caller, now, |_| Ok(()))
    }

    /// As [`explain`](Self::explain), where a verb also asks for what the row alone does not say.
    pub fn explain_with(
        &self,
        row: &R,
        caller: &Caller,
        now: Micros,
        also: impl Fn(&'static str) -> Result<()>,
    ) -> Vec<AllowedAction> {
        let language = Conversation::current().language;
        let mut actions: Vec<AllowedAction> = Vec::new();
        for transition in self.0 {
            if actions.iter().any(|action| action.method == transition.method) {
                continue;
            }
            let verdict = self
                .transition(transition.method, row)
                .and_then(|chosen| examine(chosen, row, caller, now))
                .and_then(|()| also(transition.method));
            let (reason, why) = match &verdict {
                Ok(()) => ("", None),
                Err(Error::Refused { rule, why, .. }) => (*rule, Some(why.clone())),
                Err(Error::Unauthenticated) => {
                    ("PERMISSION", Some(crate::wire::message(&Error::Unauthenticated)))
                }
                Err(_) => {
                    ("PERMISSION", Some(say!("your roles do not allow it", "vos rôles ne le permettent pas")))
                }
            };
            actions.push(AllowedAction {
                method: transition.method.to_owned(),
                allowed: verdict.is_ok(),
                reason: reason.to_owned(),
                message: why.map(|why| why.in_language(language).to_owned()).unwrap_or_default(),
            });
        }
        actions
    }
}

fn examine<R: Stateful>(transition: &Transition<R>, row: &R, caller: &Caller, now: Micros) -> Result<()> {
    caller.must((transition.who)(caller, row), row.name())?;
    if transition.decides
        && let Some(own) = row.parties().into_iter().find(|party| caller.belongs_to(party))
    {
        return Err(Error::refused(
            "SEP-1",
            say!(
                "you belong to {own}: someone else must decide",
                "vous faites partie de {own} : quelqu'un d'autre doit décider"
            ),
        ));
    }
    if !transition.from.contains(&row.state()) {
        let Text { en, fr } = row.state_in_words();
        return Err(Error::refused(
            "STATE",
            say!("not possible while it is {en}", "impossible dans l'état « {fr} »"),
        ));
    }
    if transition.complete
        && let Some(Gap { field, what: Text { en, fr }, .. }) = row.first_gap()
    {
        return Err(Error::refused(
            "BEY-8",
            say!("fill {field} first: {en}", "complétez d'abord {field} : {fr}"),
        ));
    }
    (transition.guard)(row, now)
}

fn free<R>(_: &R, _: Micros) -> Result<()> {
    Ok(())
}
