/** The plugin fcrdns. */
@NullMarked
package org.qpsmtpd.plugin.fcrdns;

import org.jspecify.annotations.NullMarked;
