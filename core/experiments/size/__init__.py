"""An experiment that looks for the number of rows worth training on."""
