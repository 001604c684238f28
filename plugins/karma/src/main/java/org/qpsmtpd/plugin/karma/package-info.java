/** The plugin karma. */
@NullMarked
package org.qpsmtpd.plugin.karma;

import org.jspecify.annotations.NullMarked;
