//! Several values of an enum of the contract in one column: their names without the prefix, which filters can ask for. Pure.

use chassis::column::{Strings, short_name};
use chassis::error::{Result, Violations};
use proto::training::Mode;
use proto::training::session::AccessibilityOffer;

/// An enum of which a resource may have several.
pub(crate) trait Several: TryFrom<i32> + Into<i32> + Default + Copy + PartialEq {
    /// The name of a value, without its prefix.
    fn short(self) -> &'static str;
    /// The value of that name.
    fn named(name: &str) -> Option<Self>;
}

macro_rules! several {
    ($enum:ty, $prefix:literal) => {
        impl Several for $enum {
            fn short(self) -> &'static str {
                short_name(self.as_str_name(), $prefix)
            }

            fn named(name: &str) -> Option<Self> {
                Self::from_str_name(&format!("{}{name}", $prefix))
            }
        }
    };
}

several!(Mode, "MODE_");
several!(AccessibilityOffer, "ACCESSIBILITY_OFFER_");

/// The names of the values that a draft gives, each once.
pub(crate) fn names_of<E: Several>(wrong: &mut Violations, field: &str, numbers: &[i32]) -> Result<Strings> {
    wrong.once(field, numbers);
    let named = wrong.each(field, numbers, 50, |at, number| {
        let mut wrong = Violations::default();
        let coded = wrong.coded::<E>(at, *number, true)?;
        wrong.finish()?;
        Ok(coded.get().short())
    });
    Ok(named?.into_iter().collect())
}

/// The numbers of the values of these names.
pub(crate) fn numbers_of<E: Several>(names: &Strings) -> Vec<i32> {
    names.iter().filter_map(|name| E::named(name)).map(Into::into).collect()
}

/// Ways of coming together, as [`names_of`].
pub(crate) fn names(wrong: &mut Violations, field: &str, numbers: &[i32]) -> Result<Strings> {
    names_of::<Mode>(wrong, field, numbers)
}

/// Ways of coming together, as [`numbers_of`].
pub(crate) fn numbers(names: &Strings) -> Vec<i32> {
    numbers_of::<Mode>(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_by_name_comes_back_by_number() {
        let mut wrong = Violations::default();
        let kept = names(&mut wrong, "modes", &[Mode::Online.into(), Mode::Onsite.into()]).unwrap();
        assert_eq!(*kept, ["ONLINE", "ONSITE"]);
        assert_eq!(numbers(&kept), [2, 1]);
        names(&mut wrong, "modes", &[1, 1, 0, 99]).unwrap();
        let chassis::Error::Invalid { fields, .. } = wrong.finish().unwrap_err() else { panic!() };
        let fields: Vec<_> = fields.iter().map(|wrong| wrong.field.as_str()).collect();
        assert_eq!(fields, ["modes[1]", "modes[2]", "modes[3]"]);
    }
}
