"""An inventory of Ansible from HyprBox: the nodes that a query chooses, grouped by their labels and states.

Put this file where ANSIBLE_INVENTORY_PLUGINS says, and beside your playbooks a file hyprbox.yml that names it.
"""

import json
import os
import re
from urllib.parse import urlencode

from ansible.errors import AnsibleParserError
from ansible.module_utils.urls import open_url
from ansible.plugins.inventory import BaseInventoryPlugin, Constructable
from ansible.utils.unsafe_proxy import wrap_var

DOCUMENTATION = r"""
name: hyprbox
short_description: Nodes of HyprBox
description:
  - Reads the nodes that a query chooses.
  - They are in groups such as C(env_prod) for the label env=prod, and C(status_online).
extends_documentation_fragment: [constructed]
options:
  plugin:
    description: Must be hyprbox.
    required: true
    choices: [hyprbox]
  url:
    description: The address of the control plane.
    env: [{name: HYPRBOX_API_URL}]
    required: true
  key:
    description: A key that may look, made by C(hyprbox key create --role viewer).
    env: [{name: HYPRBOX_API_KEY}]
    required: true
  query:
    description: Which nodes, as above the list in the dashboard; all unless said.
    default: ""
  ca_file:
    description: A private CA that the control plane's certificate comes from.
    env: [{name: HYPRBOX_CA_FILE}]
"""

FACTS = ("hostname", "status", "os", "region", "kernel", "architecture", "labels", "openFindings", "lastSeen")
NO_NAME = re.compile(r"[^A-Za-z0-9_]")


class InventoryModule(BaseInventoryPlugin, Constructable):
    NAME = "hyprbox"

    def verify_file(self, path):
        return super().verify_file(path) and os.path.basename(path).startswith("hyprbox.")

    def parse(self, inventory, loader, path, cache=True):
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        for node in self.nodes():
            self.add(node)

    def nodes(self):
        cursor = None
        while True:
            query = {"limit": 500, "q": self.get_option("query"), **({"cursor": cursor} if cursor else {})}
            page = self.ask(f"/api/nodes?{urlencode(query)}")
            yield from page["items"]
            if (cursor := page["next"]) is None:
                return

    def ask(self, path):
        headers = {"Authorization": f"Bearer {self.get_option('key')}"}
        try:
            url = self.get_option("url").rstrip("/") + path
            return json.load(open_url(url, headers=headers, ca_path=self.get_option("ca_file"), timeout=30))
        except Exception as error:
            said = error.read().decode("utf-8", "replace") if hasattr(error, "read") else ""
            raise AnsibleParserError(f"HyprBox could not be asked: {error} {said}") from error

    def add(self, node):
        """A node says itself what it is: before 2.19 Ansible would run, here, what is a template in that."""
        host = self.inventory.add_host(node["nodeId"])
        if node["ip"]:
            self.inventory.set_variable(host, "ansible_host", wrap_var(node["ip"]))
        for name in FACTS:
            self.inventory.set_variable(host, f"hyprbox_{name.lower()}", wrap_var(node[name]))
        groups = [f"{name}_{value}" for name, value in node["labels"].items()]
        for group in [*groups, f"status_{node['status'].lower()}"]:
            self.inventory.add_child(self.inventory.add_group(NO_NAME.sub("_", group)), host)
        known = self.inventory.get_host(host).get_vars()
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), known, host, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), known, host, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), known, host, strict=strict)
