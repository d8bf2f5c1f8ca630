//! Pages to print, as SVG: a certificate, the canvas of a business model. Pure, and the same each time.

pub(crate) mod layout;

use std::fmt::Write as _;

use self::layout::Block;
use crate::say::Language;

/// Units of a page to a millimetre.
const SCALE: u32 = 4;
const FAMILY: &str = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";
/// The colour of frames.
const BLUE: &str = "#1f5f8b";

/// Which point of a line stands where it was put.
#[derive(Clone, Copy)]
pub(crate) enum Anchor {
    Start,
    Middle,
}

impl Anchor {
    fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
        }
    }
}

/// A sheet of paper.
pub(crate) struct Sheet(String);

impl Sheet {
    /// An empty one, so many millimetres wide and high.
    pub(crate) fn new((wide, high): (u32, u32), language: Language, title: &str) -> Self {
        let (title, lang) = (escape(title), language.code());
        let (w, h) = (wide * SCALE, high * SCALE);
        Self(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}mm\" height=\"{high}mm\" viewBox=\"0 0 {w} {h}\" \
             xml:lang=\"{lang}\" role=\"img\" font-family=\"{FAMILY}\" fill=\"#1a2b3c\">\n\
             <title>{title}</title>\n\
             <rect width=\"{w}\" height=\"{h}\" fill=\"#ffffff\"/>\n"
        ))
    }

    /// A frame from a corner on, so wide and high.
    pub(crate) fn frame(&mut self, (x, y): (f64, f64), (wide, high): (f64, f64), stroke: f64) {
        let _ = writeln!(
            self.0,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{high:.1}\" fill=\"none\" stroke=\"{BLUE}\" stroke-width=\"{stroke}\"/>",
        );
    }

    /// Lines of text below a point; answers where they end.
    pub(crate) fn text(
        &mut self,
        block: &Block,
        (x, mut at): (f64, f64),
        anchor: Anchor,
        weight: &str,
    ) -> f64 {
        let anchor = anchor.word();
        for line in &block.lines {
            let _ = writeln!(
                self.0,
                "<text x=\"{x:.1}\" y=\"{:.1}\" font-size=\"{:.1}\" font-weight=\"{weight}\" text-anchor=\"{anchor}\">{}</text>",
                at + block.size,
                block.size,
                escape(line)
            );
            at += block.leading();
        }
        at
    }

    /// A black shape: a path in units of its own, drawn from a point on so many times as large.
    pub(crate) fn shape(&mut self, path: &str, (x, y): (f64, f64), times: f64) {
        let _ = writeln!(
            self.0,
            "<g transform=\"translate({x:.2} {y:.2}) scale({times:.4})\" shape-rendering=\"crispEdges\"><path d=\"{path}\" fill=\"#000000\"/></g>",
        );
    }

    pub(crate) fn end(mut self) -> String {
        self.0.push_str("</svg>\n");
        self.0
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
