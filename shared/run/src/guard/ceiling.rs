//! The most tokens that one pass over the training data can bill.

use tunedrop_validation::{Customization, Format, Statistics, Training};

use crate::Recipe;

/// An upper bound on what training bills for one pass over `train`, in tokens: the training file's bytes.
///
/// Bedrock's tokenizers aren't published. Those of the byte-level kind, and those that fall back to bytes, never make more
/// than one token of a byte. The JSON around a text (at least 12 bytes for a text, 40 for a turn) covers the tokens with
/// which a model marks turns and ends. The estimate that reports show is three to six characters a token, and can be too
/// low: digits, hexadecimal and base64 have more.
///
/// The error says, as a clause, why nothing bounds it:
/// - Nova's guide gives the tokens of a few sizes of images, roughly and for inference (Nova user guide, "Image
///   understanding"). No page says what training bills for an image or a video.
/// - In distillation the teacher's answers are billed too, and Bedrock may raise the data to 15,000 prompt-response pairs
///   of its own making (user guide, "Customize a model with distillation").
/// - Reinforcement fine-tuning isn't billed by the token, and invocation logs aren't read.
pub fn ceiling(recipe: &Recipe, training: Option<&Training>, train: Option<&Statistics>) -> Result<u64, String> {
    if recipe.customization == Customization::ReinforcementFineTuning {
        return Err("reinforcement fine-tuning isn't billed by the token".to_owned());
    }
    if recipe.customization == Customization::Distillation {
        return Err(
            "in distillation Bedrock bills the teacher's answers too, and may add up to 15,000 synthetic records"
                .to_owned(),
        );
    }
    if recipe.invocation_logs.is_some() {
        return Err("tunedrop doesn't read invocation logs".to_owned());
    }
    let (Some(training), Some(train)) = (training, train) else {
        return Err("it has no training file".to_owned());
    };
    if matches!(training.format, Format::ImageCaption { .. }) || train.with_media > 0 {
        return Err("its records contain images, videos or documents, and AWS doesn't say how many tokens training bills for those".to_owned());
    }
    Ok(train.bytes)
}
