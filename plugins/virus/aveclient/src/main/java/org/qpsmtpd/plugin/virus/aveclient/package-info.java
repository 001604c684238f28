/** The plugin virus/aveclient. */
@NullMarked
package org.qpsmtpd.plugin.virus.aveclient;

import org.jspecify.annotations.NullMarked;
