//! A share as a bar: eighths of a cell where the terminal writes UTF-8, `#` elsewhere.

/// A bar of at most so many cells; nothing of what is no share. What is below zero is drawn to its size, with a minus.
pub(crate) fn of(share: f64, cells: usize) -> String {
    drawn(share, cells, unicode())
}

fn unicode() -> bool {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG")).unwrap_or_default();
    locale.to_uppercase().replace('-', "").contains("UTF8")
}

fn drawn(share: f64, cells: usize, unicode: bool) -> String {
    if !share.is_finite() || share == 0.0 {
        return String::new();
    }
    let sign = if share < 0.0 { "-" } else { "" };
    // A bar has at most a few dozen cells.
    let eighths = (share.abs().min(1.0) * cells as f64 * 8.0).round() as usize;
    let bar = match unicode {
        true => {
            let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
            format!("{}{rest}", "█".repeat(eighths / 8))
        }
        false => "#".repeat((eighths + 4) / 8),
    };
    format!("{sign}{bar}")
}

#[cfg(test)]
mod tests {
    use super::drawn;

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        assert_eq!(drawn(1.0, 4, true), "████");
        assert_eq!(drawn(0.5, 4, true), "██");
        assert_eq!(drawn(0.55, 4, true), "██▎");
        assert_eq!(drawn(0.55, 4, false), "##");
        assert_eq!(drawn(-0.5, 4, false), "-##");
        assert_eq!(drawn(7.0, 4, false), "####");
    }

    #[test]
    fn nothing_has_no_bar() {
        assert_eq!(drawn(0.0, 4, true), "");
        assert_eq!(drawn(f64::NAN, 4, true), "");
    }
}
