//! Codes of a set's files together, and of hyperparameters.

use super::Text;

const PREPARE: &str = "User guide, \"Prepare your datasets\"; Service Quotas, Amazon Bedrock";
const VALUES: &str = "User guide, \"Custom model hyperparameters\"; API reference, `RFTHyperParameters`";

pub(super) const MISSING_FILE: Text = Text {
    title: "File that the recipe names is missing",
    what: "The recipe names a file that is not in the dataset's folder.",
    why: "The run starts when all files are there.",
    example: "validation: validation.jsonl, and no such file",
    mend: "Upload it, or take it out of the recipe.",
    source: "Our own contract",
};

pub(super) const TOO_FEW_RECORDS: Text = Text {
    title: "Too few records",
    what: "The file, or training and validation together, has fewer records than the model needs.",
    why: "Bedrock refuses the job.",
    example: "5 records for Nova Lite, which needs 8",
    mend: "Add records.",
    source: PREPARE,
};

pub(super) const FEW_RECORDS: Text = Text {
    title: "Fewer records than AWS advises",
    what: "The file has enough records for one AWS page, and too few for another.",
    why: "If the job fails, look here first. No model that ships with tunedrop has two such numbers; your own catalogue can (`train_advised`).",
    example: "50 records for a model with train_min = 8 and train_advised = 100",
    mend: "Add records up to the number that the finding names.",
    source: "The catalogue's entry of the model",
};

pub(super) const TOO_MANY_RECORDS: Text = Text {
    title: "Too many records",
    what: "A file, or training and validation together, has more records than the model takes.",
    why: "Bedrock refuses the job.",
    example: "10,001 records for Titan Text Express",
    mend: "Take a sample; or have the account's quota raised, where it can be, and say so under `quotas` in the recipe.",
    source: PREPARE,
};

pub(super) const MANY_RECORDS: Text = Text {
    title: "More records than one of AWS's pages takes",
    what: "The files have few enough records for one AWS page, and too many for another.",
    why: "For Titan Multimodal Embeddings the user guide takes 500,000 records, and the table of quotas 50,000. If the job fails, look here first.",
    example: "60,000 records for Titan Multimodal Embeddings G1",
    mend: "Take a sample; or have the account's quota raised, where it can be, and say so under `quotas` in the recipe.",
    source: "User guide, \"Prepare your datasets\"; Service Quotas, Amazon Bedrock, which disagree",
};

pub(super) const FILE_TOO_LARGE: Text = Text {
    title: "File too large",
    what: "A file has more bytes than the model takes, or more than 12 GiB, the most that tunedrop reads. Its size is known from the listing, so the file isn't read.",
    why: "Bedrock refuses the job; a file without a documented limit might not be read within the time that a function has.",
    example: "a training file of 1.2 GB for Titan Text",
    mend: "Take fewer or shorter records.",
    source: PREPARE,
};

pub(super) const VALIDATION_NOT_SUPPORTED: Text = Text {
    title: "Validation file where none is taken",
    what: "The recipe names a validation file, and this customization takes none.",
    why: "Bedrock refuses the job.",
    example: "validation: validation.jsonl for Nova 2 Lite",
    mend: "Take `validation` out of the recipe; its records may go into the training file.",
    source: "User guide, \"Nova 2 data preparation\"",
};

pub(super) const UNKNOWN_HYPERPARAMETER: Text = Text {
    title: "Unknown hyperparameter",
    what: "The recipe sets a hyperparameter that this model doesn't document.",
    why: "Bedrock refuses the job, or ignores the value.",
    example: "hyperparameters: { epochs: 2 }",
    mend: "Use a name that the finding lists, or leave it out.",
    source: VALUES,
};

pub(super) const MISSING_HYPERPARAMETER: Text = Text {
    title: "Hyperparameter that must be set",
    what: "The recipe leaves out a hyperparameter that this model has no default for.",
    why: "Bedrock refuses the job.",
    example: "no `stepCount` for Titan Image Generator",
    mend: "Set it under `hyperparameters`; `auto` lets Bedrock choose where the model takes it.",
    source: "User guide, \"Custom model hyperparameters\"",
};

pub(super) const HYPERPARAMETER_WRONG_TYPE: Text = Text {
    title: "Hyperparameter of another type",
    what: "A hyperparameter's value is not a whole number, a number, or one of the words it must be.",
    why: "Bedrock refuses the job.",
    example: "hyperparameters: { epochCount: 2.5 }",
    mend: "Write a value that the finding describes.",
    source: VALUES,
};

pub(super) const HYPERPARAMETER_OUT_OF_RANGE: Text = Text {
    title: "Hyperparameter out of range",
    what: "A hyperparameter's value is outside the model's range.",
    why: "Bedrock refuses the job.",
    example: "hyperparameters: { epochCount: 50 }",
    mend: "Use a value in the range that the finding gives, or leave it out.",
    source: VALUES,
};

pub(super) const UNDOCUMENTED_HYPERPARAMETER: Text = Text {
    title: "Hyperparameter that no page documents",
    what: "The recipe sets a hyperparameter, or a value of one, that AWS's own code sends and its guide doesn't list.",
    why: "Bedrock may refuse the job, or ignore the value.",
    example: "hyperparameters: { batchSize: 2 } for Nova Lite",
    mend: "Leave it out, unless you know that Bedrock takes it; it doesn't block.",
    source: "AWS's SDK for Nova; user guide, \"Custom model hyperparameters\", which doesn't list it",
};

pub(super) const INVALID_CATALOGUE: Text = Text {
    title: "The stack's own catalogue can't be used",
    what: "The object `config/catalogue.toml` in the stack's bucket can't be read, or makes no sense.",
    why: "A raised limit or a price that a guard needs may be what can't be read, so nothing is judged by half of it.",
    example: "an entry for a new model that names no `identifier`",
    mend: "Mend the object (`tunedrop check --catalogue FILE` says what is wrong), and drop the recipe again.",
    source: "Our own judgement",
};

pub(super) const UNREADABLE_OBJECT: Text = Text {
    title: "File that can't be read",
    what: "A file of the dataset is in an archive storage class, or it is encrypted with a key that the stack can't use.",
    why: "Nothing can be checked, and Bedrock could not read it either.",
    example: "aws s3 cp train.jsonl s3://…/datasets/support-bot/ --storage-class DEEP_ARCHIVE",
    mend: "Upload it again, in the storage class STANDARD and without a key of your own: the bucket encrypts it.",
    source: "API reference, `GetObject` (InvalidObjectState); S3 user guide, \"Using server-side encryption with customer-provided keys\" and \"Using server-side encryption with AWS KMS keys\"",
};
