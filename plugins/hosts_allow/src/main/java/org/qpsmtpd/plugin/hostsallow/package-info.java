/** The plugin hosts_allow. */
@NullMarked
package org.qpsmtpd.plugin.hostsallow;

import org.jspecify.annotations.NullMarked;
