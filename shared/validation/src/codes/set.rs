//! Codes of a dataset's files together, and of hyperparameters.

use super::Text;

const PREPARE: &str = "User guide, \"Prepare your datasets\"; Service Quotas, Amazon Bedrock";
const VALUES: &str = "User guide, \"Custom model hyperparameters\"; API reference, `RFTHyperParameters`";

pub(super) const MISSING_FILE: Text = Text {
    title: "Missing file",
    what: "The recipe names a file that isn't in the dataset's folder.",
    why: "The run starts when all files are there.",
    example: "validation: validation.jsonl, and no such file",
    fix: "Upload the file, or remove it from the recipe.",
    source: "Our own contract",
};

pub(super) const TOO_FEW_RECORDS: Text = Text {
    title: "Too few records",
    what: "The file, or training and validation together, has fewer records than the model requires.",
    why: "Bedrock rejects the job.",
    example: "5 records for Nova Lite, which requires 8",
    fix: "Add records.",
    source: PREPARE,
};

pub(super) const FEW_RECORDS: Text = Text {
    title: "Fewer records than AWS recommends",
    what: "The file has enough records by one of AWS's pages, and too few by another.",
    why: "If the job fails, check this first. No model in the built-in catalogue has two such numbers. Your own catalogue can (`train_advised`).",
    example: "50 records for a model with train_min = 8 and train_advised = 100",
    fix: "Add records up to the number that the finding names.",
    source: "The model's entry in the catalogue",
};

pub(super) const TOO_MANY_RECORDS: Text = Text {
    title: "Too many records",
    what: "A file, or training and validation together, has more records than the model accepts.",
    why: "Bedrock rejects the job.",
    example: "10,001 records for Titan Text Express",
    fix: "Use a sample of the records. If the quota is adjustable, you can also request an increase and write it under `quotas` in the recipe.",
    source: PREPARE,
};

pub(super) const MANY_RECORDS: Text = Text {
    title: "More records than one of AWS's pages accepts",
    what: "The number of records is within the limit of one of AWS's pages, and beyond that of another.",
    why: "For Titan Multimodal Embeddings the user guide gives 500,000 records, and the table of quotas 50,000. If the job fails, check this first.",
    example: "60,000 records for Titan Multimodal Embeddings G1",
    fix: "Use a sample of the records. If the quota is adjustable, you can also request an increase and write it under `quotas` in the recipe.",
    source: "User guide, \"Prepare your datasets\"; Service Quotas, Amazon Bedrock, which disagree",
};

pub(super) const FILE_TOO_LARGE: Text = Text {
    title: "File too large",
    what: "A file has more bytes than the model accepts, or more than 12 GiB, the most that tunedrop reads. A held-out file has more than 100 MiB. tunedrop takes the size from the listing and doesn't read the file.",
    why: "Bedrock rejects the job. Without a documented limit, validation might exceed the function's timeout.",
    example: "a training file of 1.2 GB for Titan Text",
    fix: "Use fewer or shorter records.",
    source: PREPARE,
};

pub(super) const VALIDATION_NOT_SUPPORTED: Text = Text {
    title: "Validation file not supported",
    what: "The recipe names a validation file, and this customization doesn't accept one.",
    why: "Bedrock rejects the job.",
    example: "validation: validation.jsonl for Nova 2 Lite",
    fix: "Remove `validation` from the recipe. You can add its records to the training file.",
    source: "User guide, \"Nova 2 data preparation\"",
};

pub(super) const UNKNOWN_HYPERPARAMETER: Text = Text {
    title: "Unknown hyperparameter",
    what: "The recipe sets a hyperparameter that this model doesn't document.",
    why: "Bedrock rejects the job, or ignores the value.",
    example: "hyperparameters: { epochs: 2 }",
    fix: "Use a name that the finding lists, or remove it.",
    source: VALUES,
};

pub(super) const MISSING_HYPERPARAMETER: Text = Text {
    title: "Missing hyperparameter",
    what: "The recipe lacks a hyperparameter that has no default for this model.",
    why: "Bedrock rejects the job.",
    example: "no `stepCount` for Titan Image Generator",
    fix: "Set it under `hyperparameters`. If the model accepts `auto`, Bedrock chooses the value.",
    source: "User guide, \"Custom model hyperparameters\"",
};

pub(super) const HYPERPARAMETER_WRONG_TYPE: Text = Text {
    title: "Wrong type of a hyperparameter",
    what: "A hyperparameter's value isn't the whole number, the number or one of the words that it must be.",
    why: "Bedrock rejects the job.",
    example: "hyperparameters: { epochCount: 2.5 }",
    fix: "Write a value that the finding describes.",
    source: VALUES,
};

pub(super) const HYPERPARAMETER_OUT_OF_RANGE: Text = Text {
    title: "Hyperparameter out of range",
    what: "A hyperparameter's value is outside the model's range.",
    why: "Bedrock rejects the job.",
    example: "hyperparameters: { epochCount: 50 }",
    fix: "Use a value in the range that the finding gives, or remove it.",
    source: VALUES,
};

pub(super) const UNDOCUMENTED_HYPERPARAMETER: Text = Text {
    title: "Undocumented hyperparameter",
    what: "The recipe sets a hyperparameter or a value that AWS's SDK sends and its guide doesn't list.",
    why: "Bedrock may reject the job, or ignore the value.",
    example: "hyperparameters: { batchSize: 2 } for Nova Lite",
    fix: "Remove it, unless you know that Bedrock accepts it.",
    source: "AWS's SDK for Nova; user guide, \"Custom model hyperparameters\", which doesn't list it",
};

pub(super) const INVALID_CATALOGUE: Text = Text {
    title: "Invalid catalogue of the stack",
    what: "The object `config/catalogue.toml` in the stack's bucket can't be read, or is invalid.",
    why: "It may contain a raised limit, or a price that a guard needs. So tunedrop validates nothing until it is correct.",
    example: "an entry for a new model without `identifier`",
    fix: "Fix the object (`tunedrop check --catalogue FILE` says what is wrong), and upload the recipe again.",
    source: "Our own judgment",
};

pub(super) const UNREADABLE_OBJECT: Text = Text {
    title: "Unreadable file",
    what: "A file of the dataset is in an archive storage class, or it is encrypted with a key that the stack can't use.",
    why: "tunedrop can't check the file, and Bedrock can't read it either.",
    example: "aws s3 cp train.jsonl s3://…/datasets/support-bot/ --storage-class DEEP_ARCHIVE",
    fix: "Upload the file again, in the storage class STANDARD and without your own key. The bucket encrypts it.",
    source: "API reference, `GetObject` (InvalidObjectState); S3 user guide, \"Using server-side encryption with customer-provided keys\" and \"Using server-side encryption with AWS KMS keys\"",
};
