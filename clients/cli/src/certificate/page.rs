//! A certificate as one page to print: A4 on its side, SVG, with a QR code to its verification.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};
use serde_json::Value;

use super::said;
use crate::paper::layout::{Block, fit};
use crate::paper::{Anchor, Sheet};
use crate::print::cell;
use crate::print::paint::clean;
use crate::say::{Language, say};

/// A4 on its side, four units to a millimetre.
const WIDE: f64 = 1188.0;
const HIGH: f64 = 840.0;
const MIDDLE: f64 = WIDE / 2.0;
/// What words may take: within the frame.
const LINE: f64 = 1020.0;
/// Between these, from top to bottom: what is certified.
const TOP: f64 = 84.0;
const FOOT: f64 = 618.0;
/// The side of the QR code, its quiet zone included.
const CODE: f64 = 168.0;

/// The page; nothing when the credential cannot be read.
pub(super) fn draw(certificate: &Value, signed: &str, language: Language) -> Option<String> {
    let credential = said(signed);
    let text = |path: &str| credential.pointer(path).and_then(Value::as_str).map(clean);
    let holder = clean(certificate["participantDisplayName"].as_str().unwrap_or_default());
    let (id, name, issuer) = (text("/id")?, text("/name")?, text("/issuer/name")?);
    let address = address(signed, &id)?;
    let outcomes = outcomes(&credential, language);
    let heading = language.pick("Certificate of completion", "Certificat de formation");
    let mut page = framed(language, &format!("{heading} – {holder}"));
    page.flow(&[
        (heading, 2, (40.0, 30.0), "600", 30.0),
        (language.pick("This certifies that", "Il est certifié que"), 1, (20.0, 16.0), "400", 14.0),
        (&holder, 5, (60.0, 16.0), "700", 18.0),
        (language.pick("has completed", "a suivi et validé"), 1, (20.0, 16.0), "400", 14.0),
        (&name, 6, (38.0, 14.0), "600", 16.0),
        (&outcomes, 4, (18.0, 12.0), "400", 0.0),
    ]);
    let day = |path: &str| text(path).and_then(|instant| cell::day_of(&instant, language));
    let issued = day("/validFrom")?;
    let until = match day("/validUntil") {
        Some(end) => say!(language, "Valid until {end}", "Valable jusqu'au {end}"),
        None => String::new(),
    };
    let by = say!(language, "Issued on {issued} by", "Délivré le {issued} par");
    page.foot(&[
        (&by, 1, (18.0, 14.0), "400"),
        (&issuer, 3, (24.0, 12.0), "600"),
        (&until, 1, (18.0, 14.0), "400"),
        (&id, 1, (14.0, 10.0), "400"),
        (&say!(language, "Check it: {address}", "Pour le vérifier : {address}"), 2, (14.0, 9.0), "400"),
    ]);
    page.code(&address)?;
    Some(page.0.end())
}

/// Where anyone verifies it: below the base of its issuer's addresses.
fn address(signed: &str, id: &str) -> Option<String> {
    use base64::Engine as _;
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(signed.split('.').next()?).ok()?;
    let header: Value = serde_json::from_slice(&header).ok()?;
    let (base, _) = header["kid"].as_str()?.split_once("/issuerKeys#")?;
    Some(format!("{base}/verify/{id}"))
}

/// What it corresponds to in frameworks, in a line.
fn outcomes(credential: &Value, language: Language) -> String {
    let aligned = credential["credentialSubject"]["achievement"]["alignment"].as_array();
    let one = |alignment: &Value| {
        let text = |member: &str| clean(alignment[member].as_str().unwrap_or_default());
        format!(
            "{} {}{} {}",
            text("targetFramework"),
            text("targetCode"),
            language.colon(),
            text("targetName")
        )
    };
    aligned.into_iter().flatten().map(one).collect::<Vec<_>>().join(" · ")
}

/// A text: in how many lines at most, between which sizes, how bold, and what stands free below it.
type Part<'t> = (&'t str, usize, (f64, f64), &'t str, f64);

struct Page(Sheet);

/// An empty page within its frame.
fn framed(language: Language, title: &str) -> Page {
    let mut sheet = Sheet::new((297, 210), language, title);
    for (margin, stroke) in [(32.0, 6.0), (44.0, 1.5)] {
        sheet.frame((margin, margin), (WIDE - 2.0 * margin, HIGH - 2.0 * margin), stroke);
    }
    Page(sheet)
}

impl Page {
    /// Texts one below the other in the middle of the page: as large as they all fit.
    fn flow(&mut self, parts: &[Part<'_>]) {
        let room = FOOT - TOP;
        let mut scale = 1.0;
        let blocks = loop {
            let blocks: Vec<Block> = parts
                .iter()
                .map(|(text, most, (largest, smallest), ..)| {
                    fit(text, LINE, *most, ((largest * scale).max(*smallest), *smallest))
                })
                .collect();
            let free: f64 = parts.iter().map(|part| part.4).sum();
            let needed: f64 = blocks.iter().map(Block::height).sum::<f64>() + free * scale;
            // In their smallest letters they all fit: the sizes above are chosen so.
            if needed <= room || scale <= 0.3 {
                break blocks;
            }
            scale -= 0.05;
        };
        let free = |part: &Part<'_>| part.4 * scale;
        let needed: f64 = blocks.iter().map(Block::height).sum::<f64>() + parts.iter().map(free).sum::<f64>();
        let mut at = TOP + (room - needed).max(0.0) / 2.0;
        for (part, block) in parts.iter().zip(&blocks) {
            at = self.0.text(block, (MIDDLE, at), Anchor::Middle, part.3) + free(part);
        }
    }

    /// Who issued it, at the foot of the page, beside the code.
    fn foot(&mut self, parts: &[(&str, usize, (f64, f64), &str)]) {
        let (left, wide) = (84.0, WIDE - 84.0 * 2.0 - CODE - 24.0);
        let blocks: Vec<Block> =
            parts.iter().map(|(text, most, sizes, _)| fit(text, wide, *most, *sizes)).collect();
        let needed: f64 = blocks.iter().map(Block::height).sum();
        let mut at = HIGH - 60.0 - needed;
        for ((.., weight), block) in parts.iter().zip(&blocks) {
            at = self.0.text(block, (left, at), Anchor::Start, weight);
        }
    }

    /// The QR code, at the right of the foot.
    fn code(&mut self, address: &str) -> Option<()> {
        let code = QrCode::with_error_correction_level(address, EcLevel::M).ok()?;
        let side = code.width();
        // Four modules stay free all around.
        let module = CODE / (side + 8) as f64;
        let (left, top) = (WIDE - 72.0 - CODE, HIGH - 60.0 - CODE);
        let mut path = String::new();
        for (at, color) in code.to_colors().into_iter().enumerate() {
            if color == Color::Dark {
                let _ = write!(path, "M{} {}h1v1h-1z", at % side, at / side);
            }
        }
        self.0.shape(&path, (left + 4.0 * module, top + 4.0 * module), module);
        Some(())
    }
}
