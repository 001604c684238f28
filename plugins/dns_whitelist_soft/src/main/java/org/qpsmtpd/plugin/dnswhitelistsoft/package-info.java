/** The plugin dns_whitelist_soft. */
@NullMarked
package org.qpsmtpd.plugin.dnswhitelistsoft;

import org.jspecify.annotations.NullMarked;
