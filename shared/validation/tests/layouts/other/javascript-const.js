const data = [
{"prompt": "What is 0?", "completion": "It is 0."},
{"prompt": "What is 1?", "completion": "It is 1."},
{"prompt": "What is 2?", "completion": "It is 2."},
{"prompt": "What is 3?", "completion": "It is 3."},
{"prompt": "What is 4?", "completion": "It is 4."},
{"prompt": "What is 5?", "completion": "It is 5."},
{"prompt": "What is 6?", "completion": "It is 6."},
{"prompt": "What is 7?", "completion": "It is 7."},
{"prompt": "What is 8?", "completion": "It is 8."}
];
