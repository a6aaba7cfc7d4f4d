"""The Indicators page: distributions of the scores, and the rows behind them."""
