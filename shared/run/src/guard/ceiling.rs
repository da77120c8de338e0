//! The upper bound of the tokens that one epoch can bill.

use tunedrop_validation::{Customization, Format, Statistics, Training};

use crate::Recipe;

/// Returns an upper bound on the tokens that training bills for one epoch over `train`: the training file's bytes.
///
/// Bedrock's tokenizers aren't published. Byte-level tokenizers, and those that fall back to bytes, never produce more
/// than one token per byte. The JSON around a text (at least 12 bytes for each text, and 40 for each turn) makes up for
/// the tokens that mark turns and the end. Reports show an estimate of three to six characters per token. That can be too
/// low, because digits, hexadecimal and base64 have fewer characters per token.
///
/// The error is a clause that says why there is no upper bound:
/// - Nova's guide gives approximate tokens for a few sizes of images, for inference (Nova user guide, "Image
///   understanding"). No page says what training bills for an image or a video.
/// - In distillation, the teacher's answers are billed too, and Bedrock may add synthetic records, up to 15,000
///   prompt-response pairs (user guide, "Customize a model with distillation").
/// - Reinforcement fine-tuning isn't billed by the token.
/// - tunedrop doesn't read invocation logs.
pub fn ceiling(recipe: &Recipe, training: Option<&Training>, train: Option<&Statistics>) -> Result<u64, String> {
    if recipe.customization == Customization::ReinforcementFineTuning {
        return Err("reinforcement fine-tuning isn't billed by the token".to_owned());
    }
    if recipe.customization == Customization::Distillation {
        return Err(
            "in distillation, Bedrock also bills the teacher's answers, and may add up to 15,000 synthetic records"
                .to_owned(),
        );
    }
    if recipe.invocation_logs.is_some() {
        return Err("tunedrop doesn't read invocation logs".to_owned());
    }
    let (Some(training), Some(train)) = (training, train) else {
        return Err("the dataset has no training file".to_owned());
    };
    if matches!(training.format, Format::ImageCaption { .. }) || train.with_media > 0 {
        return Err("its records contain images, videos or documents, and AWS doesn't publish how many tokens training bills for them".to_owned());
    }
    Ok(train.bytes)
}
