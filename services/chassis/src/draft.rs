//! Taking over what a draft says, field by field: what is wrong is noted, and the rest is looked at all the same.

use proto::common::LocalizedText;

use crate::column::{Coded, Packed, Strings};
use crate::error::{Result, Violations};
use crate::{name, say, text};

/// At most so many of anything that a resource lists.
pub const MOST: usize = 1000;

/// Every check notes what is wrong under its field, and fails only for what is no fault of the draft.
impl Violations {
    /// A text in several languages; what is kept knows which of its translations are fresh (BEY-6).
    ///
    /// # Errors
    /// None of the draft's.
    pub fn localized(
        &mut self,
        field: &str,
        kept: &mut Packed<LocalizedText>,
        said: Option<&LocalizedText>,
        required: bool,
    ) -> Result<()> {
        match said {
            Some(said) => {
                if let Some(said) = self.check(text::check(field, said))? {
                    *kept = text::revise(kept, said).into();
                }
            }
            None if required => self.require(field, false),
            None => *kept = Packed::default(),
        }
        Ok(())
    }

    /// A text in one language, of so many characters at most.
    ///
    /// # Errors
    /// None of the draft's.
    pub fn plain(&mut self, field: &str, said: &str, most: usize) -> Result<String> {
        Ok(self.check(text::plain(field, said, most))?.unwrap_or_default())
    }

    /// A value of an enum of the contract.
    ///
    /// # Errors
    /// None of the draft's.
    pub fn coded<E: TryFrom<i32> + Default + Copy + PartialEq>(
        &mut self,
        field: &str,
        number: i32,
        required: bool,
    ) -> Result<Coded<E>> {
        let coded = self.check(Coded::read(field, number))?;
        self.require(field, !required || coded.is_none_or(|coded| coded != E::default()));
        Ok(coded.unwrap_or_default())
    }

    /// A whole number between two.
    pub fn within(&mut self, field: &str, number: i32, range: std::ops::RangeInclusive<i32>) {
        if !range.contains(&number) {
            let (least, most) = range.into_inner();
            self.add(field, say!("expected {least} to {most}", "de {least} à {most} attendu"));
        }
    }

    /// The name of another resource, or nothing.
    ///
    /// # Errors
    /// None of the draft's.
    pub fn reference(&mut self, field: &str, pattern: &str, name: &str) -> Result<()> {
        if !name.is_empty() {
            self.check(name::check_reference(field, pattern, name))?;
        }
        Ok(())
    }

    /// The names of other resources, each once.
    ///
    /// # Errors
    /// None of the draft's.
    pub fn references(&mut self, field: &str, pattern: &str, names: &[String]) -> Result<Strings> {
        for (index, name) in names.iter().enumerate().take(MOST) {
            self.check(name::check_reference(&format!("{field}[{index}]"), pattern, name))?;
        }
        self.once(field, names);
        Ok(names.to_vec().into())
    }

    /// Codes of a list, each once.
    pub fn codes(
        &mut self,
        field: &str,
        list: &str,
        known: impl Fn(&str) -> bool,
        given: &[String],
    ) -> Strings {
        for (index, code) in given.iter().enumerate().take(MOST) {
            let at = format!("{field}[{index}]");
            if given[..index].contains(code) {
                self.add(at, say!("named twice", "nommé deux fois"));
            } else {
                self.code(&at, list, &known, code);
            }
        }
        self.not_too_many(field, given.len(), MOST);
        given.to_vec().into()
    }

    /// A code of a list.
    pub fn code(&mut self, field: &str, list: &str, known: impl Fn(&str) -> bool, code: &str) {
        if !known(code) {
            self.add(
                field,
                say!(
                    "not a code of {list}: see `ensemble code-list show {list}`",
                    "n'est pas un code de {list} : voir `ensemble code-list show {list}`"
                ),
            );
        }
    }

    /// Things of one kind, each read by itself.
    ///
    /// # Errors
    /// None of the draft's.
    pub fn each<T, U>(
        &mut self,
        field: &str,
        given: &[T],
        most: usize,
        read: impl Fn(&str, &T) -> Result<U>,
    ) -> Result<Vec<U>> {
        self.not_too_many(field, given.len(), most);
        let mut found = Vec::new();
        for (index, one) in given.iter().enumerate().take(most) {
            found.extend(self.check(read(&format!("{field}[{index}]"), one))?);
        }
        Ok(found)
    }

    /// Nothing is there twice, and there is not too much of it.
    pub fn once<T: Ord>(&mut self, field: &str, each: &[T]) {
        self.not_too_many(field, each.len(), MOST);
        let mut seen = std::collections::BTreeSet::new();
        if let Some(again) = each.iter().position(|one| !seen.insert(one)) {
            self.add(format!("{field}[{again}]"), say!("named twice", "nommé deux fois"));
        }
    }

    fn not_too_many(&mut self, field: &str, count: usize, most: usize) {
        if count > most {
            self.add(field, say!("at most {most}", "{most} au plus"));
        }
    }
}
