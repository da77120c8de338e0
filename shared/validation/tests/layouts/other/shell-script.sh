#!/bin/sh
cat a | grep b
cat c | grep d
