//! Codes of images, videos and documents, in records and at their addresses.

use super::Text;

const NOVA: &str = "Nova user guide, \"Preparing data for fine-tuning understanding models\"";
const PREPARE: &str =
    "User guide, \"Prepare your datasets\"; Nova user guide, \"Preparing data for fine-tuning understanding models\"";

pub(super) const TOO_MANY: Text = Text {
    title: "Too many images or videos",
    what: "A record has more images or videos than the model accepts in one record.",
    why: "Bedrock rejects it.",
    example: "eleven images in one record for Nova Lite, which accepts ten",
    fix: "Remove some, or split the record.",
    source: NOVA,
};

pub(super) const MIXED_KINDS: Text = Text {
    title: "Images and videos in one file",
    what: "Some records of the file have images and others have videos, or one record has both.",
    why: "Nova's guide requires one kind of media in a dataset: text and images, or text and videos.",
    example: "line 1 has a PNG, line 2 an MP4",
    fix: "Split the dataset in two, and run two jobs, one after the other.",
    source: "Nova user guide, \"Preparing data for fine-tuning understanding models\"; user guide, \"Nova 2 data preparation\"",
};

pub(super) const UNEVEN_RECORDS: Text = Text {
    title: "Only some records have an optional part",
    what: "Some of the file's records have a system prompt, an image, a video or reasoning, and others don't.",
    why: "Each record is valid. AWS's SDK for Nova rejects such a file, and its sample validators accept it. The guides only ask for one kind of data.",
    example: "line 1 has a `system`, line 2 has none",
    fix: "Add the part to all records, or remove it from all, if you can.",
    source: "AWS's SDK for Nova and AWS sample validators, which disagree; our own judgment that it is a warning",
};

pub(super) const MISSING: Text = Text {
    title: "Missing image or video",
    what: "A record refers to an object that doesn't exist, or is empty.",
    why: "The job fails when it reaches the record.",
    example: "\"uri\": \"s3://my-data-bucket/img/0001.png\", and no such object",
    fix: "Upload the file, then upload the recipe again. Or remove the record. Upload media before the recipe: only recipes and data files start a validation.",
    source: NOVA,
};

pub(super) const TOO_LARGE: Text = Text {
    title: "Image or video too large",
    what: "An image or a video has more bytes than the model accepts.",
    why: "Bedrock rejects it.",
    example: "an image of 12 MB for Nova Lite, which accepts 10 MB",
    fix: "Compress it, or reduce its size.",
    source: PREPARE,
};

pub(super) const OF_ANOTHER_TYPE: Text = Text {
    title: "Media format doesn't match the file",
    what: "A file's first bytes are those of another format than the record declares, or than the model accepts. Or the file is truncated.",
    why: "The job fails when it reaches the record. Usually a file was renamed and not converted.",
    example: "\"format\": \"png\" for a file that is a JPEG",
    fix: "Write the file's real format if the model accepts it, or convert the file. Upload a truncated file again.",
    source: PREPARE,
};

pub(super) const WRONG_SIZE: Text = Text {
    title: "Unsupported image size",
    what: "An image has too few or too many pixels, or its aspect ratio is outside the model's limit.",
    why: "Bedrock rejects it.",
    example: "200 x 200 pixels for Titan Image, which accepts sides of 512 to 4,096",
    fix: "Scale or crop it.",
    source: "User guide, \"Prepare your datasets\"",
};

pub(super) const SMALL_IMAGE: Text = Text {
    title: "Image smaller than AWS's SDK accepts",
    what: "A side of an image has fewer pixels than AWS's own checker requires.",
    why: "AWS's pages give no limit for Nova, but its SDK rejects sides of fewer than 25 pixels.",
    example: "an icon of 16 x 16 pixels for Nova Lite",
    fix: "Scale the image up.",
    source: "AWS's SDK for Nova (`MIN_IMAGE_DIMENSION_PIXELS`)",
};

pub(super) const VIDEO_TOO_LONG: Text = Text {
    title: "Video too long",
    what: "A video is longer than the model accepts. The duration is from the header of its container.",
    why: "The job fails when it reaches the record.",
    example: "a video of two minutes for Nova Lite, which accepts 90 seconds",
    fix: "Shorten the video, or split it into several records.",
    source: "Nova user guide, \"Preparing data for fine-tuning understanding models\"; Nova 2 user guide, the page of the same name",
};

pub(super) const IN_ANOTHER_BUCKET: Text = Text {
    title: "Image or video in another bucket",
    what: "A record refers to an object in another bucket than the data file's.",
    why: "Nova's guide requires one bucket, and a stack's job may read only that stack's bucket.",
    example: "\"uri\": \"s3://another-bucket/img/0001.png\"",
    fix: "Copy the file to the dataset's folder, and write the new address.",
    source: NOVA,
};

pub(super) const OUTSIDE_FOLDER: Text = Text {
    title: "Image or video outside the dataset's folder",
    what: "A record refers to an object in the stack's bucket that isn't in the dataset's own folder.",
    why: "It may belong to another team, and a model must not be trained on it. tunedrop doesn't read the object.",
    example: "\"uri\": \"s3://<the stack's bucket>/datasets/another/0001.png\"",
    fix: "Copy the file to the dataset's folder, and write the new address.",
    source: "Our own judgment",
};

pub(super) const UNCHECKED: Text = Text {
    title: "Media that weren't checked",
    what: "tunedrop didn't check some of the images or videos: it isn't allowed to read them, or there are too many.",
    why: "If they are missing or invalid, the job fails.",
    example: "more than 50,000 different addresses in one file",
    fix: "Put them into the dataset's folder. If a file has more than 50,000 addresses, check the rest yourself.",
    source: "Our own judgment",
};
