"""The dashboards, in the order in which HQ reads them."""

from deploy.grafana.boards.breaches import BREACHES
from deploy.grafana.boards.dial112 import DIAL112
from deploy.grafana.boards.districts import DISTRICTS
from deploy.grafana.boards.hearings import HEARINGS
from deploy.grafana.boards.inquiries import INQUIRIES
from deploy.grafana.boards.messages import MESSAGES
from deploy.grafana.boards.overview import OVERVIEW
from deploy.grafana.boards.papers import PAPERS
from deploy.grafana.boards.platform import PLATFORM

BOARDS = (OVERVIEW, DISTRICTS, DIAL112, HEARINGS, INQUIRIES, BREACHES, PAPERS, MESSAGES, PLATFORM)
