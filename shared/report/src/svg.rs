//! Charts as inline SVG: they scale, use the page's colors, and have a text alternative.

use plotters::prelude::*;

/// The error type of plotters. Drawing into a string doesn't fail.
pub(crate) type DrawError = DrawingAreaErrorKind<std::io::Error>;

// The style sheet selects elements by these colors, and replaces them by the page's colors.
pub(crate) const TRAINING: RGBColor = RGBColor(0x1f, 0x6f, 0xd6);
pub(crate) const VALIDATION: RGBColor = RGBColor(0xb5, 0x47, 0x08);
pub(crate) const LIMIT: RGBColor = RGBColor(0xb4, 0x23, 0x18);
pub(crate) const GRID: RGBColor = RGBColor(0x80, 0x80, 0x80);

// Width and height in points. The style sheet shows one of the two.
pub(crate) const WIDE: (u32, u32) = (800, 360);
pub(crate) const NARROW: (u32, u32) = (360, 280);

/// A chart in two sizes. The page shows the one that fits.
pub(crate) struct Drawn {
    pub wide: String,
    pub narrow: String,
}

/// Draws a chart with `draw` in both sizes. `label` is its text alternative.
pub(crate) fn drawn(label: &str, draw: impl Fn(&mut String, (u32, u32)) -> Result<(), DrawError>) -> Option<Drawn> {
    let svg = |class: &str, size: (u32, u32)| {
        let mut drawn = String::new();
        draw(&mut drawn, size).ok()?;
        // Without width and height, the page sets the size.
        let (_, inner) = drawn.split_once("viewBox=")?;
        let label = label.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        Some(format!("<svg class=\"{class}\" role=\"img\" aria-label=\"{label}\" viewBox={inner}"))
    };
    Some(Drawn { wide: svg("wide", WIDE)?, narrow: svg("narrow", NARROW)? })
}
