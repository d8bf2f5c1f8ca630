//! Numbers in millionths: what the contract holds, exactly; what does not fit is an error, never a wrong sum.

use std::cmp::Ordering;

use rust_decimal::Decimal;

/// Digits after the point.
const FRACTION: u32 = 6;
const ONE: i128 = 1_000_000;

/// A sum does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow;

/// A number, in millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exact(pub i128);

impl Exact {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The number that digits stand for; nothing when they have more than six after the point or are no number.
    pub fn parse(digits: &str) -> Option<Self> {
        let number: Decimal = digits.parse().ok()?;
        let number = number.normalize();
        let missing = FRACTION.checked_sub(number.scale())?;
        number.mantissa().checked_mul(10_i128.pow(missing)).map(Self)
    }

    /// A whole number.
    pub fn whole(number: i64) -> Self {
        Self(i128::from(number) * ONE)
    }

    /// Both together.
    ///
    /// # Errors
    /// When the sum does not fit.
    pub fn plus(self, other: Self) -> Result<Self, Overflow> {
        self.0.checked_add(other.0).map(Self).ok_or(Overflow)
    }

    /// One without the other.
    ///
    /// # Errors
    /// When the difference does not fit.
    pub fn minus(self, other: Self) -> Result<Self, Overflow> {
        self.0.checked_sub(other.0).map(Self).ok_or(Overflow)
    }

    /// So many times.
    ///
    /// # Errors
    /// When the product does not fit.
    pub fn times(self, count: i64) -> Result<Self, Overflow> {
        self.0.checked_mul(i128::from(count)).map(Self).ok_or(Overflow)
    }

    /// Shared out among so many, to the nearest millionth, halves away from zero.
    pub fn among(self, count: i64) -> Self {
        let count = i128::from(count.max(1));
        let (share, rest) = (self.0 / count, self.0 % count);
        let up = rest.abs() >= count - rest.abs();
        Self(share + if up { rest.signum() } else { 0 })
    }

    /// The number in decimal digits.
    ///
    /// # Errors
    /// When it has more than 28 of them.
    pub fn decimal(self) -> Result<Decimal, Overflow> {
        Decimal::try_from_i128_with_scale(self.0, FRACTION)
            .map(|number| number.normalize())
            .map_err(|_| Overflow)
    }
}

/// A number, or a part and its whole; of a number the whole is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Amount {
    /// The number, or the part.
    pub part: Exact,
    /// The whole.
    pub whole: Exact,
}

impl Amount {
    /// A number.
    pub fn number(part: Exact) -> Self {
        Self { part, whole: Exact::ZERO }
    }

    /// Both together, term by term.
    ///
    /// # Errors
    /// When a sum does not fit.
    pub fn plus(self, other: Self) -> Result<Self, Overflow> {
        Ok(Self { part: self.part.plus(other.part)?, whole: self.whole.plus(other.whole)? })
    }

    /// One without the other, term by term.
    ///
    /// # Errors
    /// When a difference does not fit.
    pub fn minus(self, other: Self) -> Result<Self, Overflow> {
        Ok(Self { part: self.part.minus(other.part)?, whole: self.whole.minus(other.whole)? })
    }

    /// So many times, term by term.
    ///
    /// # Errors
    /// When a product does not fit.
    pub fn times(self, count: i64) -> Result<Self, Overflow> {
        Ok(Self { part: self.part.times(count)?, whole: self.whole.times(count)? })
    }

    /// Shared out among so many, term by term.
    pub fn among(self, count: i64) -> Self {
        Self { part: self.part.among(count), whole: self.whole.among(count) }
    }

    /// Nothing in it.
    pub fn is_zero(self) -> bool {
        self == Self::default()
    }

    /// Which of two shares is greater; a share of nothing is less than any.
    pub fn share_cmp(self, other: Self) -> Ordering {
        match (self.whole.0 > 0, other.whole.0 > 0) {
            (true, true) => quotient_cmp((self.part.0, self.whole.0), (other.part.0, other.whole.0)),
            (some, another) => some.cmp(&another),
        }
    }
}

/// Compares a/b with c/d, digit by digit of their continued fractions: products of such numbers would not fit.
fn quotient_cmp((a, b): (i128, i128), (c, d): (i128, i128)) -> Ordering {
    let (one, other) = (a.div_euclid(b), c.div_euclid(d));
    if one != other {
        return one.cmp(&other);
    }
    match (a.rem_euclid(b), c.rem_euclid(d)) {
        (0, rest) => 0.cmp(&rest),
        (_, 0) => Ordering::Greater,
        (rest, another) => quotient_cmp((d, another), (b, rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(digits: &str) -> Exact {
        Exact::parse(digits).unwrap()
    }

    #[test]
    fn numbers_come_out_as_they_went_in() {
        for digits in ["0", "-1234.5", "999999999999999.999999", "0.000001", "-0.1"] {
            assert_eq!(exact(digits).decimal().unwrap().to_string(), digits);
        }
        assert_eq!(Exact::parse("0.0000001"), None);
        assert_eq!(Exact::parse("one"), None);
        assert_eq!(exact("1.50"), exact("1.5"));
    }

    #[test]
    fn sums_are_exact_where_floating_point_is_not() {
        let mut sum = Exact::ZERO;
        for _ in 0..10 {
            sum = sum.plus(exact("0.1")).unwrap();
        }
        assert_eq!(sum, exact("1"));
        let large = exact("999999999999999.999999");
        let sum = (0..1000).try_fold(Exact::ZERO, |sum, _| sum.plus(large)).unwrap();
        assert_eq!(sum.decimal().unwrap().to_string(), "999999999999999999.999");
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        assert_eq!(Exact(i128::MAX).plus(Exact(1)), Err(Overflow));
        assert_eq!(Exact(i128::MIN).minus(Exact(1)), Err(Overflow));
        assert_eq!(Exact(i128::MAX).times(2), Err(Overflow));
        assert_eq!(Exact(i128::MAX).decimal(), Err(Overflow));
    }

    #[test]
    fn a_mean_is_rounded_half_away_from_zero() {
        assert_eq!(Exact(5).among(2), Exact(3));
        assert_eq!(Exact(-5).among(2), Exact(-3));
        assert_eq!(Exact(7).among(3), Exact(2));
        assert_eq!(Exact(-8).among(3), Exact(-3));
        assert_eq!(Exact(6).among(3), Exact(2));
    }

    #[test]
    fn shares_are_compared_by_their_quotients() {
        let share = |part: i128, whole: i128| Amount { part: Exact(part), whole: Exact(whole) };
        assert_eq!(share(1, 3).share_cmp(share(2, 6)), Ordering::Equal);
        assert_eq!(share(2, 3).share_cmp(share(3, 5)), Ordering::Greater);
        assert_eq!(share(-1, 3).share_cmp(share(-1, 4)), Ordering::Less);
        assert_eq!(share(0, 0).share_cmp(share(-1, 4)), Ordering::Less);
        assert_eq!(share(7, 2).share_cmp(share(10, 3)), Ordering::Greater);
        let large = 10_i128.pow(21);
        assert_eq!(share(large - 1, large).share_cmp(share(large - 2, large - 1)), Ordering::Greater);
    }
}
