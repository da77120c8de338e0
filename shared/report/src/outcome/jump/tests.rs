use super::*;

/// Numbers that look random, the same each time.
struct Chance(u64);

impl Chance {
    /// From 0 to 1, neither of them.
    fn even(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 + f64::EPSILON
    }

    /// Normally distributed.
    fn normal(&mut self) -> f64 {
        (-2.0 * self.even().ln()).sqrt() * (std::f64::consts::TAU * self.even()).cos()
    }

    /// Student's distribution with 4 degrees of freedom, whose tails are heavy.
    fn heavy(&mut self) -> f64 {
        let squares: f64 = (0..4).map(|_| self.normal().powi(2)).sum();
        self.normal() / (squares / 4.0).sqrt()
    }
}

/// How the loss varies around its curve.
#[derive(Debug, Clone, Copy)]
enum Noise {
    Normal(f64),
    /// Losses that are multiplied by the exponential of a normal distribution.
    Factors(f64),
    Heavy(f64),
}

/// A curve from 2.5 that falls to about 0.8, in three epochs with a step down at each.
fn curve(steps: usize, noise: Noise, chance: &mut Chance) -> Vec<LossPoint> {
    let point = |step: usize| {
        let epoch = step * 3 / steps;
        let level = 0.8 + 1.7 * (-5.0 * step as f64 / steps as f64).exp() - 0.12 * epoch as f64;
        let loss = match noise {
            Noise::Normal(size) => level + size * chance.normal(),
            Noise::Factors(size) => level * (size * chance.normal()).exp(),
            Noise::Heavy(size) => level + size * chance.heavy(),
        };
        LossPoint { step: step as u64, epoch: epoch as u64, loss: loss.max(0.01), perplexity: None }
    };
    (0..steps).map(point).collect()
}

const NOISES: [Noise; 6] = [
    Noise::Normal(0.05),
    Noise::Normal(0.2),
    Noise::Factors(0.1),
    Noise::Factors(0.3),
    Noise::Heavy(0.05),
    Noise::Heavy(0.15),
];

/// docs/quality.md has the figures that this prints: `cargo test -p tunedrop-report jump -- --nocapture`.
#[test]
fn noisy_curves_rarely_seem_to_jump_and_jumps_are_found() {
    for steps in [50, 500, 5_000] {
        let curves = 150_000 / steps.max(500);
        for noise in NOISES {
            let mut chance = Chance(steps as u64);
            let (mut alarms, mut found) = (0, [0; 2]);
            for at in 0..curves {
                let points = curve(steps, noise, &mut chance);
                alarms += usize::from(loss_jump(&points).is_some());
                // The loss rises to a multiple of what it was, in one step, and falls again slowly.
                let from = steps / 5 + at % (steps / 2);
                for (times, found) in [3.0_f64, 6.0].into_iter().zip(&mut found) {
                    let mut jumped = points.clone();
                    for (after, point) in jumped[from..].iter_mut().enumerate() {
                        point.loss += (times - 1.0) * (-(after as f64) / 8.0).exp();
                    }
                    *found += usize::from(loss_jump(&jumped).is_some_and(|jump| jump.step.abs_diff(from as u64) <= 1));
                }
            }
            println!("{steps} steps, {noise:?}: {alarms} false of {curves}; found {found:?}");
            let most = if matches!(noise, Noise::Heavy(_)) { curves / 8 } else { 0 };
            assert!(alarms <= most, "{steps} steps, {noise:?}: {alarms} of {curves}");
        }
    }
}

fn points(losses: impl IntoIterator<Item = f64>) -> Vec<LossPoint> {
    let point = |(step, loss): (usize, f64)| LossPoint { step: step as u64, epoch: 0, loss, perplexity: None };
    losses.into_iter().enumerate().map(point).collect()
}

#[test]
fn a_loss_that_stops_being_a_number_is_a_jump() {
    let jump = loss_jump(&points([1.0, 0.9, f64::NAN, f64::NAN])).expect("a jump");
    assert_eq!((jump.step, jump.before, jump.jumps), (2, 0.9, 1));
    assert!(loss_jump(&points([1.0, f64::INFINITY])).is_some());
    assert!(loss_jump(&points([f64::NAN, 1.0])).is_none());
}

#[test]
fn few_steps_and_even_losses_have_no_jump() {
    assert!(loss_jump(&[]).is_none());
    assert!(loss_jump(&points([1.0, 9.0, 1.0])).is_none());
    assert!(loss_jump(&points(std::iter::repeat_n(0.5, 100))).is_none());
    let step_down = (0..100).map(|step| if step < 50 { 1.0 } else { 0.2 });
    assert!(loss_jump(&points(step_down)).is_none());
    let small = (0..100).map(|step| if step == 60 { 1.3 } else { 1.0 });
    assert!(loss_jump(&points(small)).is_none());
}

#[test]
fn the_first_jump_is_returned_whatever_the_order_of_steps() {
    let mut jumps =
        points((0..100).map(|step| if step == 40 || step == 70 { 5.0 } else { 1.0 + f64::from(step % 3) / 50.0 }));
    jumps.reverse();
    let jump = loss_jump(&jumps).expect("a jump");
    assert_eq!((jump.step, jump.loss, jump.jumps), (40, 5.0, 2));
}
