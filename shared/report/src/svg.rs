//! Drawings as part of a page: they scale, take the page's colours, and say in words what they show.

use plotters::prelude::*;

/// What a drawing may fail with; into a string nothing does.
pub(crate) type DrawError = DrawingAreaErrorKind<std::io::Error>;

/// The style sheet finds what is drawn by these colours, and gives it those of the page.
pub(crate) const TRAINING: RGBColor = RGBColor(0x1f, 0x6f, 0xd6);
pub(crate) const VALIDATION: RGBColor = RGBColor(0xb5, 0x47, 0x08);
pub(crate) const LIMIT: RGBColor = RGBColor(0xb4, 0x23, 0x18);
pub(crate) const GRID: RGBColor = RGBColor(0x80, 0x80, 0x80);

/// Points of the drawing; the style sheet shows one of the two.
pub(crate) const WIDE: (u32, u32) = (800, 360);
pub(crate) const NARROW: (u32, u32) = (360, 280);

/// One drawing in two sizes; the page shows the one that fits.
pub(crate) struct Drawn {
    pub wide: String,
    pub narrow: String,
}

/// Draws with `draw` in both sizes; `label` says in words what there is to see.
pub(crate) fn drawn(label: &str, draw: impl Fn(&mut String, (u32, u32)) -> Result<(), DrawError>) -> Option<Drawn> {
    let svg = |class: &str, size: (u32, u32)| {
        let mut drawn = String::new();
        draw(&mut drawn, size).ok()?;
        // Only the view box stays, so that the page sets the size.
        let (_, inner) = drawn.split_once("viewBox=")?;
        let label = label.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        Some(format!("<svg class=\"{class}\" role=\"img\" aria-label=\"{label}\" viewBox={inner}"))
    };
    Some(Drawn { wide: svg("wide", WIDE)?, narrow: svg("narrow", NARROW)? })
}
