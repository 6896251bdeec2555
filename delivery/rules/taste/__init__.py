"""What shoppers like, learnt from choices they made themselves."""
