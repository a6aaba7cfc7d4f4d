"""What goes and what stays when something is deleted: the same sentences on pages and in the terminal."""

FATE = {
    "dataset": "The files it came from stay. Rows of saved selections stay readable, and scores are remembered should "
    "you load it again.",
    "evaluation-set": "Experiments that were measured on it keep their losses and their own copy of the examples.",
    "experiment": "It is stopped, and its tuned adapters, losses and curves go for good. The rows stay in their "
    "datasets.",
    "rule": "Selections made by it stay as they are.",
    "selection": "Its rows stay in their datasets.",
    "comparison": "What people chose goes for good. Answers, and verdicts that were paid for, stay and are found again "
    "by a new comparison of the same models.",
}
